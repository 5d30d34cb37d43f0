namespace EmbeddedConsensus.Chaos.Load;

/// <summary>A caller that only reads, linearizably, and hardly pauses while its replica believes it leads. Other
/// callers soon hang in a write at a leader that is cut off; this one keeps reading, so that a stale reply from such a
/// leader is observed.</summary>
internal sealed class LeaderReader
{
    /// <summary>Readers per process: one of them may be waiting for a reply that never comes.</summary>
    public const int Count = 3;

    private const int MaxRestMs = 25;
    private const int MaxRestAtFollowerMs = 200;
    private const int MinPatienceMs = 50;
    private const int MaxPatienceMs = 400;
    private const int MaxSpan = 2;

    private readonly IKeyValueStore _store;
    private readonly Random _random;

    /// <summary>A reader.</summary>
    /// <param name="store">The recording store.</param>
    /// <param name="seed">The seed of its choices.</param>
    public LeaderReader(IKeyValueStore store, int seed)
    {
        _store = store;
        _random = new Random(seed);
    }

    /// <summary>Reads until stopped or refused by the store.</summary>
    /// <param name="stop">Stops the reader.</param>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await TryReadAsync())
        {
            int rest = _random.Next(_store.Status.IsLeader ? MaxRestMs : MaxRestAtFollowerMs);
            await Task.Delay(rest, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads once.</summary>
    /// <returns>Whether to read again.</returns>
    private async Task<bool> TryReadAsync()
    {
        // Most time out quickly: a call that began before another's write may miss that write and proves nothing.
        bool isPatient = _random.Next(10) == 0;
        using CancellationTokenSource patience = new();
        patience.CancelAfter(isPatient ? Timeout.Infinite : _random.Next(MinPatienceMs, MaxPatienceMs));
        KeyRange few = RoundKeys.Span(_random.Next(RoundKeys.Count), 1 + _random.Next(MaxSpan));
        try
        {
            await _store.RangeAsync(few, cancellationToken: patience.Token);
            return true;
        }
        catch (Exception exception) when (
            exception is ReplicaFaultedException or StoreStoppedException or MemberRemovedException)
        {
            return false;
        }
        catch (Exception exception) when (exception is ConsensusStoreException or OperationCanceledException)
        {
            // The recorder has it.
            return true;
        }
    }
}
