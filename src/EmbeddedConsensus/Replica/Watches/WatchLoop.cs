using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Replica;

/// <summary>The thread that distributes published events to the watchers and wakes their readers, so that the apply
/// thread does not wait for them.</summary>
/// <param name="watches">The watchers.</param>
/// <param name="self">This member.</param>
/// <param name="failed">Takes a broken invariant, which faults the replica.</param>
/// <param name="schedule">The schedule of a test; null in production.</param>
internal sealed class WatchLoop(
    WatchHub watches, MemberId self, Action<Exception> failed, IReplicaSchedule? schedule)
    : ReplicaThread($"consensus watch {self}", schedule)
{
    /// <inheritdoc />
    protected override TimeSpan Turn()
    {
        watches.Distribute();
        return Timeout.InfiniteTimeSpan;
    }

    /// <inheritdoc />
    protected override void OnFault(Exception exception) => failed(exception);
}
