using System.Diagnostics;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Counts the calls of one kind by outcome, with the latencies of the successful ones.</summary>
internal sealed class CallStatistics
{
    private readonly long[] _outcomes = new long[Enum.GetValues<CallOutcome>().Length];
    private readonly LatencyHistogram _latencies = new();
    private TimeSpan _longest;

    /// <summary>The column headings of <see cref="ToRow"/>.</summary>
    public static string[] Heads { get; } =
        ["", "succeeded", "failed", "unknown", "p50", "p99", "longest"];

    /// <summary>The number of calls.</summary>
    public long Count => _outcomes.Sum();

    /// <summary>Counts a call.</summary>
    /// <param name="call">The call.</param>
    public void Add(StoreCall call)
    {
        _outcomes[(int)call.Outcome]++;
        if (call.Outcome == CallOutcome.Succeeded)
        {
            TimeSpan latency = Stopwatch.GetElapsedTime(call.InvokedAt, call.ReturnedAt);
            _latencies.Add(latency);
            _longest = latency > _longest ? latency : _longest;
        }
    }

    /// <summary>A row of the summary.</summary>
    /// <param name="kind">The kind of the calls.</param>
    public string[] ToRow(string kind) =>
    [
        kind, TextTable.Of(_outcomes[(int)CallOutcome.Succeeded]), TextTable.Of(_outcomes[(int)CallOutcome.Failed]),
        TextTable.Of(_outcomes[(int)CallOutcome.Unknown]), TextTable.Of(Quantile(0.5)), TextTable.Of(Quantile(0.99)),
        TextTable.Of(_longest),
    ];

    // The end of a histogram class can exceed the longest latency in it.
    private TimeSpan Quantile(double part) =>
        TimeSpan.FromTicks(Math.Min(_latencies.Quantile(part).Ticks, _longest.Ticks));
}
