using System.Numerics;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>
/// Counts durations in log-linear buckets, as HdrHistogram does: each power of two is divided into 32 parts, so any
/// value is known to 1.6 % in 9 KiB. One writer; merged after the writers have stopped.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 5;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int MaxBits = 40;

    // Values below SubBuckets have their own buckets; each power of two above has SubBuckets of them.
    private readonly long[] _counts = new long[(MaxBits - SubBucketBits + 1) * SubBuckets];

    /// <summary>The number of durations.</summary>
    public long Count { get; private set; }

    /// <summary>Counts a duration.</summary>
    /// <param name="nanoseconds">The duration; values above 18 minutes count as 18 minutes.</param>
    public void Record(long nanoseconds)
    {
        _counts[BucketOf(Math.Clamp(nanoseconds, 0, (1L << MaxBits) - 1))]++;
        Count++;
    }

    /// <summary>Adds the counts of another histogram.</summary>
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
