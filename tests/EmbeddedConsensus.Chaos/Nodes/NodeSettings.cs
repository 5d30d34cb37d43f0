namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>What a process is told when it starts as a member.</summary>
internal sealed record NodeSettings
{
    /// <summary>Its member id.</summary>
    public required ulong Member { get; init; }

    /// <summary>Where the others find it: its proxy.</summary>
    public required string Address { get; init; }

    /// <summary>The members that the cluster begins with, this one included; empty for one that joins.</summary>
    public required IReadOnlyList<NodeAddress> Founders { get; init; }

    /// <summary>For one that joins, where the others are.</summary>
    public required IReadOnlyList<string> JoinAddresses { get; init; }

    /// <summary>The port at which it really listens.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The folder of its log and snapshots.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The folder for what its callers and watchers record.</summary>
    public required string HistoryFolder { get; init; }

    /// <summary>How often the member was started before. No two processes of a member have the same number.</summary>
    public required int Start { get; init; }

    /// <summary>What it has in common with the others.</summary>
    public required NodeTraits Traits { get; init; }

    /// <summary>A member with its address.</summary>
    /// <param name="Member">The member.</param>
    /// <param name="Address">Its address, as <c>host:port</c>.</param>
    internal sealed record NodeAddress(ulong Member, string Address)
    {
        /// <summary>The same in the store's terms.</summary>
        public MemberEndpoint ToPeer() => new(new MemberId(Member), Address);
    }
}
