using System.Numerics;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Sizes of an <see cref="MvccStore"/>. The defaults suit a library inside another process: an empty store
/// reserves a few hundred KiB of native memory, most of it untouched, and slabs double to 256 or 512 KiB as it grows.
/// </summary>
internal sealed class MvccOptions
{
    /// <summary>The smallest page: a leaf must hold several cells.</summary>
    public const int MinPageBytes = 512;

    /// <summary>The largest page: offsets inside a page are 16 bits.</summary>
    public const int MaxPageBytes = 32 * 1024;

    /// <summary>Bytes of a tree page, a power of two. Default 4 KiB: a larger page makes copy-on-write more expensive,
    /// a smaller one makes the tree deeper.</summary>
    public int PageBytes { get; init; } = 4096;

    /// <summary>Bytes of a segment of equally sized records, a power of two. Default 64 KiB.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024;

    /// <summary>Units (pages or segments) in the first slab taken from the operating system; each further slab doubles,
    /// up to 64 pages or 8 segments. Default 4.</summary>
    public int InitialSlabUnits { get; init; } = 4;

    /// <summary>The largest key plus value that the store takes, in bytes. Default 64 MiB, far above the request limit;
    /// it bounds what a damaged snapshot can make the decoder allocate.</summary>
    public int MaxRecordBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Rejects sizes that the layout cannot represent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is outside its range or not a power of two.</exception>
    public void Validate()
    {
        RequirePowerOfTwo(PageBytes, MinPageBytes, MaxPageBytes, nameof(PageBytes));
        RequirePowerOfTwo(SegmentBytes, 16 * 1024, 1024 * 1024, nameof(SegmentBytes));
        RequirePowerOfTwo(InitialSlabUnits, 1, 8, nameof(InitialSlabUnits));
        if (MaxRecordBytes is < 1024 or > 1024 * 1024 * 1024)
        {
            throw new ArgumentOutOfRangeException(
                nameof(MaxRecordBytes), MaxRecordBytes, "Must be from 1 KiB to 1 GiB.");
        }
    }

    private static void RequirePowerOfTwo(int value, int min, int max, string name)
    {
        if (value < min || value > max || !BitOperations.IsPow2(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"Must be a power of two from {min} to {max}.");
        }
    }
}
