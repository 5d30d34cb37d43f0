namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>What is known of a member from the connections that it opened. Guarded by its registry.</summary>
internal sealed class InboundMember
{
    private readonly InboundLane[] _lanes = [new(), new()];

    /// <summary>The latest start of the member that has shown itself.</summary>
    public ulong Incarnation { get; set; }

    /// <summary>Whether any connection of it is open.</summary>
    public bool IsConnected => _lanes[0].Current is not null || _lanes[1].Current is not null;

    /// <summary>One of its lanes.</summary>
    public InboundLane this[TransportLane lane] => _lanes[(int)lane];

    /// <summary>Ends all connections: a later start of the member has shown itself.</summary>
    public void AbortAll()
    {
        foreach (InboundLane lane in _lanes)
        {
            lane.Attempt = 0;
            lane.Current?.Abort("A later start of the member has connected.");
        }
    }
}
