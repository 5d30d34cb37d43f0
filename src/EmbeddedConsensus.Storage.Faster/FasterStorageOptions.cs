namespace EmbeddedConsensus.Storage.Faster;

/// <summary>How a member keeps its log and snapshots on disk. The defaults suit a library that shares its process:
/// about 5 MiB of memory for each member. docs/configuration.md lists every setting.</summary>
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

    /// <summary>How far the log's files are filled ahead of the tail, in bytes: from 4 KiB to
    /// <see cref="SegmentBytes"/>; less than half a page counts as half a page. A flush that does not grow its file
    /// costs a third less, and a start sees that nothing followed the last record. Default: 1 MiB.</summary>
    public int PreallocationBytes { get; set; } = 1 << 20;

    /// <summary>How long an append may take before the disk counts as failed, which faults the replica. From 10 ms to
    /// 1 h. Default: 30 s.</summary>
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
