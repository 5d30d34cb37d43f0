namespace EmbeddedConsensus;

/// <summary>A member in <see cref="ConsensusStoreOptions.Members"/>.</summary>
public sealed class MemberOptions
{
    /// <summary>The member's id: a number from 1 that no other member has or had. Required.</summary>
    public ulong Id { get; set; }

    /// <summary>The address at which the other members find it, in the form that the transport understands,
    /// <c>host:port</c> for TCP; at most 1,024 bytes. Required.</summary>
    public string Address { get; set; } = "";
}
