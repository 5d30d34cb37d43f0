using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>A folder with the data of a member.</summary>
/// <param name="disk">What it holds.</param>
/// <param name="name">Its name, for the log.</param>
internal sealed class MemberFolder(InMemoryDisk disk, string name)
{
    /// <summary>What it holds.</summary>
    public InMemoryDisk Disk => disk;

    /// <summary>The cluster that its data belongs to; 0 while it belongs to none.</summary>
    public ulong ClusterId { get; set; }

    /// <summary>The member whose data it is; none while a process has not taken it.</summary>
    public MemberId Owner { get; set; }

    /// <summary>Whether a process has it open.</summary>
    public bool IsInUse { get; set; }

    /// <summary>Whether it is gone for good.</summary>
    public bool IsLost { get; set; }

    /// <summary>A second folder with the same data.</summary>
    /// <param name="copyName">Its name.</param>
    public MemberFolder Copy(string copyName) => new(disk.Copy(), copyName)
    {
        ClusterId = ClusterId, Owner = Owner,
    };

    /// <summary>The configurations in its log after an entry, committed or not.</summary>
    /// <param name="index">The entry.</param>
    public ClusterConfiguration[] ConfigurationsAfter(ulong index)
    {
        lock (disk.Gate)
        {
            ulong first = Math.Max(index, disk.Log.Start.Index) + 1;
            LogEntry[] entries = first > disk.Log.LastIndex
                ? []
                : disk.Log.Read(first, disk.Log.LastIndex, long.MaxValue);
            return
            [
                .. entries.Where(static entry => entry.Kind == LogEntryKind.Configuration)
                    .Select(static entry => ClusterConfigurationCodec.Decode(entry.Data.Span)),
            ];
        }
    }

    /// <inheritdoc />
    public override string ToString() => name;
}
