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

    /// <inheritdoc />
    public override string ToString() => name;
}
