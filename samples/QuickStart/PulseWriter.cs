using System.Diagnostics;
using System.Globalization;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>
/// Counts in one key, one put after the other, during the whole run: shows for how long no write succeeded, and creates
/// old revisions to read later.
/// </summary>
/// <param name="store">The store.</param>
internal sealed class PulseWriter(IKeyValueStore store)
{
    /// <summary>The key. Its colon distinguishes it from file paths.</summary>
    public const string Key = "quickstart:pulse";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly List<long> _revisions = [];

    /// <summary>The revision of each put, in order: the value of put number n is n. Read it after the writer has
    /// stopped.</summary>
    public IReadOnlyList<long> Revisions => _revisions;

    /// <summary>The duration of the slowest put.</summary>
    public TimeSpan LongestPut { get; private set; }

    /// <summary>The value of a put.</summary>
    /// <param name="number">Its number, from 0.</param>
    public static string ValueOf(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Puts until stopped; at least twice.</summary>
    /// <param name="stop">Stops the writer after its current put.</param>
    /// <param name="cancellationToken">Aborts at once.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval);
        while (_revisions.Count < 2 || !stop.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            PutResult put = await store.PutAsync(Key, ValueOf(_revisions.Count), null, cancellationToken);
            _revisions.Add(put.Revision);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            LongestPut = took > LongestPut ? took : LongestPut;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
