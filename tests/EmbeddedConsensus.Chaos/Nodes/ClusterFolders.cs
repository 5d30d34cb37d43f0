namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>The directories of a run.</summary>
/// <param name="root">The directory of the run.</param>
internal sealed class ClusterFolders(string root)
{
    /// <summary>The directory of the run.</summary>
    public string Root => root;

    /// <summary>The histories of callers and watchers.</summary>
    public string Histories { get; } = Directory.CreateDirectory(Path.Combine(root, "histories")).FullName;

    /// <summary>The disk of a member.</summary>
    /// <param name="member">The member.</param>
    public string DiskOf(MemberId member) => Path.Combine(root, $"disk-{member}");

    /// <summary>The log of a member's processes.</summary>
    /// <param name="member">The member.</param>
    public string LogOf(MemberId member) => Path.Combine(root, $"member-{member}.log");

    /// <summary>The log of second processes that were started on a member's directory.</summary>
    /// <param name="member">The member.</param>
    public string LogOfSecond(MemberId member) => Path.Combine(root, $"member-{member}-second.log");
}
