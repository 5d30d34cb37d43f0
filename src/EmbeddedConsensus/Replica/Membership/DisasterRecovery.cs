using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus;

/// <summary>What to do when a majority of the members is lost for good: an offline operation on the data of one that is
/// left.</summary>
public static class DisasterRecovery
{
    /// <summary>
    /// Makes a new cluster of one member from a survivor's data. At its next start it serves alone, and others may
    /// join. Run it while the survivor is stopped, and only when the lost members will never come back: a majority of
    /// them that does goes on as the old cluster.
    /// </summary>
    /// <remarks>
    /// <para>Choose the survivor with the highest <see cref="NewClusterResult.LastIndex"/>: it lacks the least of what
    /// was acknowledged. What only the lost members held is lost with them.</para>
    /// <para>Everything in the survivor's log is kept, also what it does not know to be committed. The survivor cannot
    /// tell an entry that was never acknowledged from one whose acknowledgement it did not hear of; dropping it could
    /// lose a write that a caller was told of, and keeping it at worst executes one whose caller never heard of its
    /// end.</para>
    /// <para>The new cluster has the same name, data and revisions, and another id. By that, old members that come back
    /// are refused: give them empty disks and new member ids, and let them join. Learners are dropped like all others,
    /// and ids of old members are not given out again.</para>
    /// <para>The whole change is the publication of one snapshot, which is atomic, so that a crash leaves either the
    /// old cluster or the new one, and the call can be made again. When there is nothing to do it changes
    /// nothing.</para>
    /// </remarks>
    /// <param name="storage">The survivor's data. Opened and disposed by this call.</param>
    /// <param name="survivor">The survivor's member id.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is changed unless the call returns.</param>
    /// <exception cref="StorageInUseException">The survivor runs. Storages on disk already say so when they are opened.
    /// </exception>
    /// <exception cref="InvalidRequestException">The data is that of no cluster, or of one without this
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
            await storage.Snapshots.DisposeAsync().ConfigureAwait(false);
            await storage.Log.DisposeAsync().ConfigureAwait(false);
        }
    }
}
