namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>The settings of a member's process.</summary>
internal sealed record NodeSettings
{
    /// <summary>Its member id.</summary>
    public required ulong Member { get; init; }

    /// <summary>The address at which other members reach it: its proxy.</summary>
    public required string Address { get; init; }

    /// <summary>The founding members, this one included; empty for a member that joins.</summary>
    public required IReadOnlyList<NodeAddress> Founders { get; init; }

    /// <summary>For a member that joins, the addresses of the others.</summary>
    public required IReadOnlyList<string> JoinAddresses { get; init; }

    /// <summary>The port it listens on.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The directory of its log and snapshots.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The directory for its recorded histories.</summary>
    public required string HistoryFolder { get; init; }

    /// <summary>How often the member was started before; unique among its processes.</summary>
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
