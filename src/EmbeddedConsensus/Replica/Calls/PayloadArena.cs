namespace EmbeddedConsensus.Replica;

/// <summary>
/// Memory for commands, cut from chunks: the log keeps the commands of a chunk for about as long, so the garbage
/// collector sees a chunk in place of hundreds of small arrays. A chunk is freed when the last command in it is.
/// </summary>
internal static class PayloadArena
{
    private const int ChunkBytes = 64 << 10;
    private const int LargestShared = ChunkBytes / 4;

    [ThreadStatic]
    private static byte[]? _chunk;

    [ThreadStatic]
    private static int _used;

    /// <summary>Memory of exactly a length, not cleared.</summary>
    public static Memory<byte> Allocate(int length)
    {
        if (length > LargestShared)
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }

        if (_chunk is null || _used + length > ChunkBytes)
        {
            _chunk = GC.AllocateUninitializedArray<byte>(ChunkBytes);
            _used = 0;
        }

        Memory<byte> memory = _chunk.AsMemory(_used, length);
        _used += length;
        return memory;
    }
}
