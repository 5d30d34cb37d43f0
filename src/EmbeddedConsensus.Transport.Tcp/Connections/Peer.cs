namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Another member at its address: the lanes to it, and what distinguishes its own connections from a
/// stranger's.
/// </summary>
internal sealed class Peer
{
    private readonly OutboundLane[] _lanes = new OutboundLane[TransportLanes.Count];

    public Peer(TcpTransportContext context, MemberEndpoint endpoint)
    {
        Endpoint = endpoint;
        for (int lane = 0; lane < _lanes.Length; lane++)
        {
            _lanes[lane] = new OutboundLane(context, endpoint, Identity, (TransportLane)lane);
        }
    }

    /// <summary>The member and its address.</summary>
    public MemberEndpoint Endpoint { get; }

    /// <summary>Distinguishes its own connections from a stranger's.</summary>
    public PeerIdentity Identity { get; } = new();

    /// <summary>Whether it is connected now in the direction from here.</summary>
    public bool IsConnected => this[TransportLane.Consensus].IsConnected;

    /// <summary>The lanes, in the order of their numbers.</summary>
    public ReadOnlySpan<OutboundLane> Lanes => _lanes;

    /// <summary>One of the lanes.</summary>
    public OutboundLane this[TransportLane lane] => _lanes[(int)lane];

    /// <summary>Begins to keep the connections. Called once.</summary>
    public void Start() => Array.ForEach(_lanes, static lane => lane.Start());

    /// <summary>Ends the waits for the next attempts to connect.</summary>
    /// <param name="isUp">Whether the peer has shown that it is up. If something only says so, an attempt that has just
    /// failed is not repeated.</param>
    public void Nudge(bool isUp) => Array.ForEach(_lanes, lane => lane.Nudge(isUp));

    /// <summary>Closes the lanes, and completes when nothing of them runs any more. Called once.</summary>
    public Task CloseAsync() => Task.WhenAll(_lanes.Select(static lane => lane.DisposeAsync().AsTask()));
}
