namespace EmbeddedConsensus.Mvcc;

/// <summary>The addresses of consecutive index chunks. Readers keep the directory of their root: it is append-only, and
/// when it is full a larger one replaces it.</summary>
internal sealed class RevisionIndexDirectory
{
    private readonly long _firstChunk;
    private readonly nint[] _chunks;

    /// <summary>An empty directory for chunks from a number on.</summary>
    public RevisionIndexDirectory(long firstChunk, int capacity)
    {
        _firstChunk = firstChunk;
        _chunks = new nint[capacity];
    }

    /// <summary>The address of a chunk.</summary>
    /// <exception cref="InvariantViolationException">The directory does not cover it.</exception>
    public nint this[long chunk]
    {
        get
        {
            nint address = Covers(chunk) ? _chunks[chunk - _firstChunk] : 0;
            return address != 0
                ? address
                : throw new InvariantViolationException($"Chunk {chunk} is not in the revision index.");
        }
        set => _chunks[chunk - _firstChunk] = value;
    }

    /// <summary>True when there is room for a chunk of that number.</summary>
    public bool Covers(long chunk) => chunk >= _firstChunk && chunk - _firstChunk < _chunks.Length;

    /// <summary>A directory without the chunks before <paramref name="firstLive"/>, with room for twice the
    /// rest.</summary>
    public RevisionIndexDirectory Extend(long firstLive, long next)
    {
        int live = checked((int)(next - firstLive));
        RevisionIndexDirectory extended = new(firstLive, Math.Max(16, live * 2));
        Array.Copy(_chunks, firstLive - _firstChunk, extended._chunks, 0, live);
        return extended;
    }
}
