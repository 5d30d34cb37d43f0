using System.Security.Cryptography;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica;

/// <summary>Recovers a replica from its storage: the newest snapshot's state, and consensus over the log after it.
/// </summary>
internal sealed class ReplicaRecovery(ReplicaSettings settings, MembershipBootstrap membership, ulong? seed)
{
    /// <summary>Recovers the replica.</summary>
    /// <param name="storage">Its storage; opened here.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="StorageException">The storage cannot be opened, or is damaged.</exception>
    /// <exception cref="MemberRefusedException">The storage is another member's, or another cluster's.</exception>
    /// <exception cref="TransportException">The recovered cluster needs a transport, and there is none.</exception>
    public async Task<RecoveredReplica> RecoverAsync(ReplicaStorage storage, CancellationToken cancellationToken)
    {
        StoredLog stored = await storage.Log.RecoverAsync(cancellationToken).ConfigureAwait(false);
        RecoveredLog log = stored.Decode();
        membership.CheckOwner(log.HardState.Owner);
        (ReplicatedStateMachine machine, SnapshotMetadata? snapshot) =
            await LoadAsync(storage.Snapshots, cancellationToken).ConfigureAwait(false);
        try
        {
            CheckSnapshot(log, snapshot);
            (ClusterConfiguration bootstrap, string? address) =
                membership.Decide(RecoveredMembership.Of(log, snapshot), log.HardState.Founding);
            RaftNode node = new(
                settings.Raft(seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))),
                log, snapshot, bootstrap);
            membership.CheckTail(node);
            return new RecoveredReplica(node, machine, log.Incarnation, snapshot?.Position.Index ?? 0, address);
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    private static void CheckSnapshot(RecoveredLog log, SnapshotMetadata? snapshot)
    {
        ulong reached = snapshot?.Position.Index ?? 0;
        if (log.Start.Index > reached)
        {
            throw new StorageCorruptedException(
                "snapshot", 0,
                $"The log begins after index {log.Start.Index}, and the newest snapshot reaches to index {reached}: a "
                + "snapshot is missing from the member's folder. Put it back if it was moved. Otherwise put a member "
                + "with a new id and an empty folder in this one's place, with IClusterManager.ReplaceMemberAsync on "
                + "one that runs.");
        }
    }

    private async Task<(ReplicatedStateMachine Machine, SnapshotMetadata? Snapshot)> LoadAsync(
        ISnapshotStorage storage, CancellationToken cancellationToken)
    {
        ISnapshotReader? snapshot = await storage.OpenNewestAsync(cancellationToken).ConfigureAwait(false);
        if (snapshot is null)
        {
            return (new ReplicatedStateMachine(settings.Mvcc) { NewestFormat = settings.NewestFormat }, null);
        }

        await using (snapshot.ConfigureAwait(false))
        {
            ReplicatedStateMachine machine =
                await StateSnapshotLoader.LoadAsync(snapshot, settings.Mvcc, settings.NewestFormat, cancellationToken)
                    .ConfigureAwait(false);
            return (machine, new SnapshotMetadata(machine.Applied, machine.Configuration!));
        }
    }
}
