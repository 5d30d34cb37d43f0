namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A hash of everything that happened. Two runs of a seed with different hashes mean that something other than
/// the seed has a say.</summary>
internal sealed class TraceHash
{
    private ulong _hash = 0x243F6A8885A308D3;

    /// <summary>The hash of all so far.</summary>
    public ulong Value => _hash;

    /// <summary>Adds a number.</summary>
    public void Add(ulong number)
    {
        ulong z = (_hash ^ number) * 0xFF51AFD7ED558CCD;
        _hash = z ^ (z >> 32);
    }

    /// <summary>Adds two numbers.</summary>
    public void Add(ulong first, ulong second)
    {
        Add(first);
        Add(second);
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        Add(Digest.Of(bytes));
    }
}
