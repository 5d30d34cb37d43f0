using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Counts the calls of all rounds.</summary>
internal sealed class LoadStatistics
{
    private readonly SortedDictionary<string, int[]> _calls = new(StringComparer.Ordinal);
    private long _loadTicks;

    /// <summary>How many calls there were.</summary>
    public int Calls => _calls.Values.Sum(static counts => counts.Sum());

    /// <summary>How many events watchers were given.</summary>
    public long WatchEvents { get; private set; }

    /// <summary>How many watches there were.</summary>
    public int Watches { get; private set; }

    /// <summary>The longest time in which no write succeeded while callers called.</summary>
    public TimeSpan LongestWithoutWrite { get; private set; }

    /// <summary>How many calls there were in a second, rounds only.</summary>
    public double CallsPerSecond => Calls / Math.Max(1, Stopwatch.GetElapsedTime(0, _loadTicks).TotalSeconds);

    /// <summary>How long the longest check of a round's calls took.</summary>
    public TimeSpan LongestCheck { get; private set; }

    /// <summary>Notes how long a check took.</summary>
    /// <param name="elapsed">How long.</param>
    public void Checked(TimeSpan elapsed) => LongestCheck = elapsed > LongestCheck ? elapsed : LongestCheck;

    /// <summary>Counts the calls of a round.</summary>
    /// <param name="history">What was recorded.</param>
    public void Add(StoreHistory history)
    {
        foreach (StoreCall call in history.Calls)
        {
            string kind = KindOf(call);
            if (!_calls.TryGetValue(kind, out int[]? counts))
            {
                _calls.Add(kind, counts = new int[Enum.GetValues<CallOutcome>().Length]);
            }

            counts[(int)call.Outcome]++;
        }

        Watches += history.Watches.Count;
        WatchEvents += history.Watches.Sum(static watch => watch.Records.Sum(static record => record.Events.Count));
        AddTimes(history);
    }

    /// <summary>One line for each kind of call.</summary>
    public IReadOnlyList<string> ToLines() =>
    [
        .. _calls.Select(static kind => string.Create(
            CultureInfo.InvariantCulture,
            $"  {kind.Key}: {kind.Value[(int)CallOutcome.Succeeded]} succeeded, "
            + $"{kind.Value[(int)CallOutcome.Failed]} failed, {kind.Value[(int)CallOutcome.Unknown]} unknown")),
    ];

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
