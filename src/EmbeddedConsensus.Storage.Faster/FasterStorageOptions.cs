using System.Numerics;

namespace EmbeddedConsensus.Storage.Faster;

/// <summary>How a member keeps its log and snapshots on disk. The defaults suit a library that shares its process:
/// about 5 MiB of memory for each member.</summary>
public sealed class FasterStorageOptions
{
    /// <summary>The folder of this member's log and snapshots, and of nothing else. It is created when it is missing;
    /// one that holds other files is refused. Required.</summary>
    public string Directory { get; set; } = "";

    /// <summary>The size of one file of the log, in bytes: a power of two, from <see cref="PageBytes"/> to 1 GiB.
    /// Space is freed in units of it. Fixed when the folder is created; later values are ignored. Default:
    /// 16 MiB.</summary>
    public long SegmentBytes { get; set; } = 16L << 20;

    /// <summary>The size of a page, in bytes: a power of two, from 64 KiB to 16 MiB. What does not fit into a quarter
    /// of it is written in pieces, and each start of the log begins a new page. Fixed when the folder is created; later
    /// values are ignored. Default: 1 MiB.</summary>
    public int PageBytes { get; set; } = 1 << 20;

    /// <summary>The memory for pages that are being written, in bytes: a power of two, from four pages to 1 GiB.
    /// An append larger than half of it is flushed in steps. Default: 4 MiB.</summary>
    public long MemoryBytes { get; set; } = 4L << 20;

    /// <summary>How far the log's files are filled with zeros ahead of the tail, in bytes: zero (never), or from
    /// 4 KiB to <see cref="SegmentBytes"/>. A flush that does not grow its file costs a third less. Default:
    /// 1 MiB.</summary>
    public int PreallocationBytes { get; set; } = 1 << 20;

    /// <summary>How long an append may take before the disk counts as failed. From 10 ms to one hour. Default:
    /// 30 s.</summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock behind <see cref="CommitTimeout"/>. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message says which, and what to
    /// do.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Directory))
        {
            throw new ArgumentException(
                $"{nameof(Directory)} is empty. Set it to a folder of this member's own.", nameof(Directory));
        }

        CheckPowerOfTwo(PageBytes, 64L << 10, 16L << 20, nameof(PageBytes));
        CheckPowerOfTwo(SegmentBytes, PageBytes, 1L << 30, nameof(SegmentBytes));
        CheckPowerOfTwo(MemoryBytes, 4L * PageBytes, 1L << 30, nameof(MemoryBytes));
        if (PreallocationBytes != 0)
        {
            CheckRange(PreallocationBytes, 4096, SegmentBytes, nameof(PreallocationBytes));
        }

        CheckRange(
            (long)CommitTimeout.TotalMilliseconds, 10, (long)TimeSpan.FromHours(1).TotalMilliseconds,
            nameof(CommitTimeout));
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }

    private static void CheckPowerOfTwo(long value, long min, long max, string name)
    {
        CheckRange(value, min, max, name);
        if (!BitOperations.IsPow2(value))
        {
            throw new ArgumentException(
                $"{name} is {value}. Use a power of two, such as {BitOperations.RoundUpToPowerOf2((ulong)value)}.", name);
        }
    }

    private static void CheckRange(long value, long min, long max, string name)
    {
        if (value < min || value > max)
        {
            throw new ArgumentException($"{name} is {value}. Use a value from {min} to {max}.", name);
        }
    }
}
