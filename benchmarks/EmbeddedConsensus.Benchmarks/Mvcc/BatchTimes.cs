using System.Diagnostics;

namespace EmbeddedConsensus.Benchmarks.Mvcc;

/// <summary>Times of many short batches of one operation. The lower quartile stands for the operation itself: on a
/// shared machine the rest is the time of others.</summary>
internal sealed class BatchTimes
{
    private readonly List<double> _nanoseconds = [];

    /// <summary>Runs batches for a while.</summary>
    /// <param name="operations">Operations in a batch.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="batch">A batch.</param>
    public static BatchTimes Measure(int operations, double seconds, Action batch)
    {
        BatchTimes times = new();
        long end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end)
        {
            long start = Stopwatch.GetTimestamp();
            batch();
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations);
        }
        return times;
    }

    /// <summary>Adds a time, in nanoseconds for one operation.</summary>
    public void Add(double nanoseconds) => _nanoseconds.Add(nanoseconds);

    /// <summary>The time that so many in a hundred stay below.</summary>
    public double Percentile(double percent)
    {
        _nanoseconds.Sort();
        return _nanoseconds[Math.Min(_nanoseconds.Count - 1, (int)(_nanoseconds.Count * percent / 100))];
    }

    /// <summary>Prints the quartiles.</summary>
    public void Print(string what) => Console.WriteLine(
        $"{what,-40} p25 {Percentile(25),9:n1} ns   p50 {Percentile(50),9:n1} ns   p99 {Percentile(99),12:n1} ns");
}
