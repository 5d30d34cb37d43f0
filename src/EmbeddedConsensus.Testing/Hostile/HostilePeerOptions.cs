namespace EmbeddedConsensus.Testing.Hostile;

/// <summary>Whom a <see cref="HostilePeer"/> attacks, and how.</summary>
public sealed class HostilePeerOptions
{
    /// <summary>The addresses of the members, as <c>host:port</c>. At least one.</summary>
    public IList<string> Addresses { get; } = [];

    /// <summary>The ids in whose names it speaks. At least one.</summary>
    public IList<ulong> MemberIds { get; } = [];

    /// <summary>The name of the cluster, which is no secret. Default: <c>embedded-consensus</c>.</summary>
    public string ClusterName { get; set; } = "embedded-consensus";

    /// <summary>Decides what is sent. Equal seeds give each worker the same acts. Default: 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>How many connections it opens at a time. From 1 to 10,000. Default: 64.</summary>
    public int Workers { get; set; } = 64;

    /// <summary>How long a connection on which it stalls stays open. Default: 2 s.</summary>
    public TimeSpan StallTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a worker waits before its next act. Default: none.</summary>
    public TimeSpan Pause { get; set; }
}
