namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Where a run keeps its files.</summary>
/// <param name="root">The folder of the run.</param>
internal sealed class ClusterFolders(string root)
{
    /// <summary>The folder of the run.</summary>
    public string Root => root;

    /// <summary>What callers and watchers recorded.</summary>
    public string Histories { get; } = Directory.CreateDirectory(Path.Combine(root, "histories")).FullName;

    /// <summary>The disk of a member.</summary>
    /// <param name="member">The member.</param>
    public string DiskOf(MemberId member) => Path.Combine(root, $"disk-{member}");

    /// <summary>The log of a member's processes.</summary>
    /// <param name="member">The member.</param>
    public string LogOf(MemberId member) => Path.Combine(root, $"member-{member}.log");

    /// <summary>The log of processes that were started beside a member's own.</summary>
    /// <param name="member">The member.</param>
    public string LogOfSecond(MemberId member) => Path.Combine(root, $"member-{member}-second.log");
}
