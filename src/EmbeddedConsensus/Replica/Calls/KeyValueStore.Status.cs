using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Replica;

/// <summary>The status of the replica, followed as it changes.</summary>
internal sealed partial class KeyValueStore
{
    /// <inheritdoc />
    public async IAsyncEnumerable<StoreStatus> WatchStatusAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using AsyncSignal signal = new(_host.Completion);
        _host.StatusFeed.Add(signal);
        try
        {
            StoreStatus? last = null;
            while (true)
            {
                // Asked first, so that the last status of a replica that closes meanwhile is not missed.
                bool hasEnded = _host.StatusFeed.HasEnded;
                StoreStatus now = Status;
                if (last is null || SummaryOf(now) != SummaryOf(last))
                {
                    last = now;
                    yield return now;
                }
                else if (hasEnded)
                {
                    yield break;
                }
                else
                {
                    await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _host.StatusFeed.Remove(signal);
        }
    }

    /// <inheritdoc />
    public CancellationToken GetLeadershipToken() => _host.StatusFeed.LeadershipToken();

    private static (StoreState State, ReplicaRole Role, MemberId Leader, ulong Term, ulong Membership) SummaryOf(
        StoreStatus status) =>
        (status.State, status.Role, status.Leader, status.Term, status.Membership?.Index ?? 0);
}
