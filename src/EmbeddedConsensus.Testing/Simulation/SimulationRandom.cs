namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Pseudo-random numbers that the seed alone determines: xoshiro256**, seeded by SplitMix64. Not
/// <see cref="Random"/>, whose numbers for a seed may change between versions of .NET, and with them every
/// replay.</summary>
internal sealed class SimulationRandom
{
    private readonly ulong _seed;
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>A stream of numbers.</summary>
    public SimulationRandom(ulong seed)
    {
        _seed = seed;
        ulong state = seed;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>A stream that is independent of this one and of how many numbers were drawn from it: drawing more in
    /// one part of a simulation does not change the others.</summary>
    public SimulationRandom Fork(ulong stream)
    {
        ulong state = _seed ^ (stream * 0xD6E8FEB86659FD93);
        return new SimulationRandom(SplitMix(ref state));
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = ulong.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = ulong.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number from 0 to below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(((NextUInt64() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public long Between(long low, long high) =>
        low + (long)Math.BigMul(NextUInt64(), (ulong)(high - low + 1), out _);

    /// <summary>A number from 0 to below 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True with a probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>A waiting time with a mean, as between independent events; at most ten times the mean.</summary>
    public long Exponential(long mean) =>
        (long)Math.Min(mean * 10.0, -Math.Log(1.0 - NextDouble()) * mean);

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
