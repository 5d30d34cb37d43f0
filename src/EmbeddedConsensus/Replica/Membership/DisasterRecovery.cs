using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus;

/// <summary>Recovery from the permanent loss of a majority: an offline operation on the data of one surviving
/// member.</summary>
public static class DisasterRecovery
{
    /// <summary>
    /// Creates a new cluster of one member from a survivor's data. At its next start the member serves alone, and
    /// others may join. Run it while the survivor is stopped, and only if the lost members will never return: a
    /// majority of them would continue as the old cluster.
    /// </summary>
    /// <remarks>
    /// <para>Choose the survivor with the highest <see cref="NewClusterResult.LastIndex"/>: it misses the fewest
    /// acknowledged writes. Writes that only the lost members held are lost with them.</para>
    /// <para>Everything in the survivor's log is kept, including entries that it does not know to be committed. The
    /// survivor cannot distinguish an entry that was never acknowledged from one whose acknowledgement it did not
    /// receive. Dropping the entry could lose an acknowledged write; keeping it at worst executes a write whose caller
    /// never received an answer.</para>
    /// <para>The new cluster has the same name, data and revisions, and another id, by which it refuses old members
    /// that return: give them empty disks and new member ids, and let them join. Learners are dropped like all other
    /// members, and the ids of old members are not used again.</para>
    /// <para>The whole change is the publication of one snapshot, which is atomic, so that a crash leaves either the
    /// old cluster or the new one, and the call can be repeated. When there is nothing to do it changes nothing.</para>
    /// </remarks>
    /// <param name="storage">The survivor's data. Opened and disposed by this call.</param>
    /// <param name="survivor">The survivor's member id.</param>
    /// <param name="cancellationToken">Cancels the attempt; nothing is changed unless the call returns.</param>
    /// <exception cref="StorageInUseException">The survivor runs. Storages on disk already report it when they are
    /// opened.
    /// </exception>
    /// <exception cref="InvalidRequestException">The data belongs to no cluster, or to one without this
    /// member.</exception>
    /// <exception cref="StorageException">The data is damaged, or cannot be written.</exception>
    public static async Task<NewClusterResult> ForceNewClusterAsync(
        ReplicaStorage storage, MemberId survivor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(storage);
        try
        {
            NewClusterBuilder builder = new(storage, survivor);
            return await builder.BuildAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(storage).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Lets a member that cannot prove that it found the whole end of its log vote again with what it has. Such a
    /// member recovers by itself beside a leader. Call this only where there can be none: for the only member of a
    /// cluster, or when a majority is in that state; then for each of them. Run it while the member is stopped.
    /// </summary>
    /// <remarks>Writes of the last second before the member stopped that no other member holds may be lost, although
    /// they were acknowledged. docs/durability.md says what brings a member into this state.</remarks>
    /// <param name="storage">The member's data. Opened and disposed by this call.</param>
    /// <param name="member">The member's id.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>Whether the member was in that state; if not, nothing was changed.</returns>
    /// <exception cref="StorageInUseException">The member runs.</exception>
    /// <exception cref="InvalidRequestException">The data is another member's.</exception>
    /// <exception cref="StorageException">The data is damaged, or cannot be written.</exception>
    public static async Task<bool> AcceptLostTailAsync(
        ReplicaStorage storage, MemberId member, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(storage);
        try
        {
            StoredLog stored = await storage.Log.RecoverAsync(cancellationToken).ConfigureAwait(false);
            RecoveredLog recovered = stored.Decode();
            NewClusterBuilder.CheckOwner(recovered.HardState.Owner, member, nameof(member));
            return await EndDoubtAsync(storage.Log, recovered, member, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(storage).ConfigureAwait(false);
        }
    }

    /// <summary>Notes that a member votes with what it has.</summary>
    /// <returns>Whether it was in doubt.</returns>
    internal static async Task<bool> EndDoubtAsync(
        ILogStorage log, RecoveredLog recovered, MemberId member, CancellationToken cancellationToken)
    {
        if (!recovered.MayLackTail && !recovered.HardState.IsInDoubt)
        {
            return false;
        }

        HardState state = recovered.HardState with { Owner = member, IsInDoubt = false };
        LogAppend[] write = [new(default, HardStateCodec.Encode(state))];
        await log.AppendAsync(write, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task CloseAsync(ReplicaStorage storage)
    {
        await storage.Snapshots.DisposeAsync().ConfigureAwait(false);
        await storage.Log.DisposeAsync().ConfigureAwait(false);
    }
}
