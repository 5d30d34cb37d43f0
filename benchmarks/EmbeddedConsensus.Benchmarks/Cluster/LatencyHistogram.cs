using System.Numerics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>
/// Counts durations in log-linear buckets, in the manner of HdrHistogram: each power of two is cut into 32 parts, so
/// that a value is known to 1.6 % in 9 KiB, whatever it is. One writer; merged when the writers have stopped.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 5;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int MaxBits = 40;

    // Values below SubBuckets have buckets of their own; each power of two above has SubBuckets of them.
    private readonly long[] _counts = new long[(MaxBits - SubBucketBits + 1) * SubBuckets];

    /// <summary>How many durations were counted.</summary>
    public long Count { get; private set; }

    /// <summary>Counts a duration.</summary>
    /// <param name="nanoseconds">How long it was; 18 minutes and more count as 18 minutes.</param>
    public void Record(long nanoseconds)
    {
        _counts[BucketOf(Math.Clamp(nanoseconds, 0, (1L << MaxBits) - 1))]++;
        Count++;
    }

    /// <summary>Adds what another one counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The duration that a share of all durations does not exceed, in milliseconds; 0 without any.</summary>
    /// <param name="share">The share, from 0 to 1.</param>
    public double PercentileMs(double share)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return MiddleOf(i) / 1e6;
            }
        }

        return 0;
    }

    private static int BucketOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBucketBits);
        return (shift << SubBucketBits) + (int)(value >> shift);
    }

    private static double MiddleOf(int bucket)
    {
        int shift = Math.Max(0, (bucket >> SubBucketBits) - 1);
        long low = (long)(bucket - (shift << SubBucketBits)) << shift;
        return low + (((1L << shift) - 1) / 2.0);
    }
}
