using System.Numerics;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Counts durations in classes at most a sixteenth wide: precise enough for quantiles, and of constant size.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int ClassBits = 4;
    private const int ClassesOfPower = 1 << ClassBits;

    private readonly long[] _counts = new long[64 << ClassBits];
    private long _total;

    /// <summary>Counts a duration.</summary>
    /// <param name="duration">The duration.</param>
    public void Add(TimeSpan duration)
    {
        ulong micros = (ulong)Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        int shift = Math.Max(0, BitOperations.Log2(micros) - ClassBits);
        _counts[(shift << ClassBits) + (int)(micros >> shift)]++;
        _total++;
    }

    /// <summary>The duration that a fraction of those counted does not exceed, rounded up to the end of its
    /// class.</summary>
    /// <param name="part">The fraction, from 0 to 1.</param>
    /// <returns>The duration; zero when nothing was counted.</returns>
    public TimeSpan Quantile(double part)
    {
        long rank = (long)Math.Ceiling(part * _total);
        long counted = 0;
        for (int i = 0; i < _counts.Length && _total > 0; i++)
        {
            counted += _counts[i];
            if (counted >= rank)
            {
                return EndOf(i);
            }
        }

        return TimeSpan.Zero;
    }

    private static TimeSpan EndOf(int index)
    {
        int shift = Math.Max(0, (index >> ClassBits) - 1);
        long first = shift == 0 ? index : (index & (ClassesOfPower - 1)) + ClassesOfPower;
        return TimeSpan.FromMicroseconds(((first + 1) << shift) - 1);
    }
}
