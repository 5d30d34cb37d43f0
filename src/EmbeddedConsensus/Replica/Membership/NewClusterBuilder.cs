using System.Security.Cryptography;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Turns the data of one member into that of a cluster of its own.</summary>
/// <remarks>It publishes a snapshot of everything that the survivor holds, one index after the log's end and in a
/// higher term, with a configuration of the survivor alone. A start that finds a snapshot beyond the log replaces the
/// log by it, so the publication, which is atomic, decides. The configuration is not an entry of the log, because
/// members that join later would see two configurations whose majorities do not intersect. That no leader was elected
/// in that term does no harm: the new cluster id excludes every member that could hold another entry at that
/// index.</remarks>
internal sealed class NewClusterBuilder(ReplicaStorage storage, MemberId survivor) : IApplySink
{
    private const long ReadBytes = 4L << 20;

    /// <summary>Reads and checks everything, and writes the new configuration.</summary>
    public async Task<NewClusterResult> BuildAsync(CancellationToken cancellationToken)
    {
        StoredLog stored = await storage.Log.RecoverAsync(cancellationToken).ConfigureAwait(false);
        RecoveredLog recovered = stored.Decode();
        CheckOwner(recovered.HardState.Owner, survivor, nameof(survivor));
        ISnapshotReader? snapshot =
            await storage.Snapshots.OpenNewestAsync(cancellationToken).ConfigureAwait(false);
        SnapshotMetadata? metadata = snapshot is null ? null : StateSnapshotLoader.MetadataOf(snapshot);
        RaftLog log = new(recovered, metadata?.Position ?? default, 0);
        ClusterConfiguration current = CurrentOf(recovered, metadata, log);
        using ReplicatedStateMachine machine = await LoadAsync(snapshot, cancellationToken).ConfigureAwait(false);
        await ReplayAsync(machine, log, cancellationToken).ConfigureAwait(false);
        NewClusterResult result = new()
        {
            IsForced = !IsAlone(current),
            ClusterId = current.ClusterId,
            LastIndex = log.LastIndex,
            CommitIndex = log.Commit,
            Revision = machine.Store.CurrentRevision,
            DroppedMembers = [.. current.Members.Select(member => member.Id).Where(id => id != survivor)],
        };
        if (result.IsForced)
        {
            ClusterConfiguration next = Alone(current);
            await PublishAsync(machine, log, recovered.HardState, next, cancellationToken).ConfigureAwait(false);
            result = result with { ClusterId = next.ClusterId };
        }

        // Afterwards: only the new cluster has no member left that could know better.
        await DisasterRecovery.EndDoubtAsync(storage.Log, recovered, survivor, CancellationToken.None)
            .ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc />
    bool IApplySink.Wants(in ProposalId id) => false;

    /// <inheritdoc />
    void IApplySink.Applied(in ProposalId id, in ApplyResult result)
    {
        // The callers of the old cluster no longer wait.
    }

    /// <summary>Refuses the data of another member.</summary>
    /// <param name="owner">The member whose data it is; none when it holds no promise.</param>
    /// <param name="member">The member that was named.</param>
    /// <param name="parameter">The parameter that named it.</param>
    /// <exception cref="InvalidRequestException">It is another one's.</exception>
    internal static void CheckOwner(MemberId owner, MemberId member, string parameter)
    {
        if (owner != member && !owner.IsNone)
        {
            throw new InvalidRequestException(
                parameter,
                $"The data is that of member {owner}, and not of member {member}. Give the id of the member whose "
                + "data it is.");
        }
    }

    private ClusterConfiguration CurrentOf(RecoveredLog recovered, SnapshotMetadata? metadata, RaftLog log)
    {
        ClusterConfiguration current =
            RecoveredMembership.Of(log.WasReplacedBySnapshot ? RecoveredLog.Empty : recovered, metadata)
            ?? throw new InvalidRequestException(
                nameof(storage),
                "The data is that of no cluster: it holds no membership. Check that it is the survivor's, and not a "
                + "folder that was just created.");
        return current.Contains(survivor)
            ? current
            : throw new InvalidRequestException(
                nameof(survivor),
                $"Member {survivor} is not in the cluster that the data belongs to; its members are "
                + $"{string.Join(", ", current.Members.Select(member => member.Id))}. Give the id of the member whose "
                + "data it is.");
    }

    private bool IsAlone(ClusterConfiguration configuration) =>
        configuration is { IsJoint: false, Voters: [MemberId only], Members.Length: 1 } && only == survivor;

    private ClusterConfiguration Alone(ClusterConfiguration current)
    {
        ulong id;
        do
        {
            id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        }
        while (id == 0 || id == current.ClusterId);

        return new ClusterConfiguration
        {
            ClusterId = id,
            ClusterNameHash = current.ClusterNameHash,
            Voters = [survivor],
            Members = [current.Find(survivor)! with { HasStarted = true }],
            LastMemberId = current.LastMemberId,
            UnusedIds = current.UnusedIds,
        };
    }

    private static async Task<ReplicatedStateMachine> LoadAsync(
        ISnapshotReader? snapshot, CancellationToken cancellationToken)
    {
        MvccOptions options = new();
        if (snapshot is null)
        {
            return new ReplicatedStateMachine(options);
        }

        await using (snapshot.ConfigureAwait(false))
        {
            return await StateSnapshotLoader.LoadAsync(snapshot, options, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Applies the whole log, committed or not.</summary>
    private async Task ReplayAsync(ReplicatedStateMachine machine, RaftLog log, CancellationToken cancellationToken)
    {
        while (machine.Applied.Index < log.LastIndex)
        {
            ReadOnlyMemory<LogEntry> entries = await storage.Log
                .ReadAsync(machine.Applied.Index + 1, log.LastIndex, ReadBytes, cancellationToken)
                .ConfigureAwait(false);
            machine.Apply(entries.Span, this);
            machine.Publish();
        }
    }

    private async Task PublishAsync(
        ReplicatedStateMachine machine, RaftLog log, HardState state, ClusterConfiguration configuration,
        CancellationToken cancellationToken)
    {
        ulong term = Math.Max(state.Term, log.LastPosition.Term) + 1;
        LogEntry entry = new(
            log.LastIndex + 1, term, LogEntryKind.Configuration, ClusterConfigurationCodec.Encode(configuration));
        machine.Apply([entry], this);
        machine.Publish();
        await SnapshotWriterTask.WriteAsync(
            new StateSnapshot(machine), configuration, storage.Snapshots, cancellationToken).ConfigureAwait(false);

        // A start would do this as well: the new cluster exists by now.
        await storage.Log.DropPrefixAsync(entry.Position, CancellationToken.None).ConfigureAwait(false);
    }
}
