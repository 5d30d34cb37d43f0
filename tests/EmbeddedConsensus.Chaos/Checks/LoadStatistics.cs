using System.Diagnostics;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Counts the calls of all rounds.</summary>
internal sealed class LoadStatistics
{
    private readonly SortedDictionary<string, CallStatistics> _calls = new(StringComparer.Ordinal);
    private long _loadTicks;

    /// <summary>The number of calls.</summary>
    public long Calls => _calls.Values.Sum(static kind => kind.Count);

    /// <summary>Events delivered to watchers.</summary>
    public long WatchEvents { get; private set; }

    /// <summary>The number of watches.</summary>
    public int Watches { get; private set; }

    /// <summary>The longest period without a successful write while callers were active.</summary>
    public TimeSpan LongestWithoutWrite { get; private set; }

    /// <summary>How long callers were active, all rounds together.</summary>
    public TimeSpan LoadTime => Stopwatch.GetElapsedTime(0, _loadTicks);

    /// <summary>Calls per second of active time.</summary>
    public double CallsPerSecond => Calls / Math.Max(1, LoadTime.TotalSeconds);

    /// <summary>The duration of the longest check of a round's calls.</summary>
    public TimeSpan LongestCheck { get; private set; }

    /// <summary>Records the duration of a check.</summary>
    /// <param name="elapsed">The duration.</param>
    public void Checked(TimeSpan elapsed) => LongestCheck = elapsed > LongestCheck ? elapsed : LongestCheck;

    /// <summary>Counts the calls of a round.</summary>
    /// <param name="history">The recorded calls.</param>
    public void Add(StoreHistory history)
    {
        foreach (StoreCall call in history.Calls)
        {
            string kind = KindOf(call);
            if (!_calls.TryGetValue(kind, out CallStatistics? statistics))
            {
                _calls.Add(kind, statistics = new CallStatistics());
            }

            statistics.Add(call);
        }

        Watches += history.Watches.Count;
        WatchEvents += history.Watches.Sum(static watch => watch.Records.Sum(static record => record.Events.Count));
        AddTimes(history);
    }

    /// <summary>A table with one row per kind of call.</summary>
    public IReadOnlyList<string> ToLines() => TextTable.Of(
        [CallStatistics.Heads, .. _calls.Select(static kind => kind.Value.ToRow(kind.Key))]);

    private static string KindOf(StoreCall call) => call.Operation switch
    {
        null => "compact",
        PutOperation => "put",
        DeleteOperation => "delete",
        TxnOperation => "transaction",
        RangeOperation { Options.Revision: > 0 } => "read of an old revision",
        _ when call.IsSerializable => "serializable read",
        _ => "linearizable read",
    };

    private void AddTimes(StoreHistory history)
    {
        if (history.Calls.Count == 0)
        {
            return;
        }

        long begin = history.Calls.Min(static call => call.InvokedAt);
        long end = history.Calls.Max(static call => Math.Max(call.InvokedAt, call.ReturnedAt));
        _loadTicks += end - begin;
        long last = begin;
        foreach (long at in history.Calls
            .Where(static call => call is { Outcome: CallOutcome.Succeeded, IsRead: false })
            .Select(static call => call.ReturnedAt)
            .Append(end)
            .Order())
        {
            TimeSpan without = Stopwatch.GetElapsedTime(last, at);
            LongestWithoutWrite = without > LongestWithoutWrite ? without : LongestWithoutWrite;
            last = at;
        }
    }
}
