using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>The accepted connections: it bounds their number, and lets only the latest of each lane of each member
/// live.</summary>
internal sealed class InboundRegistry(TcpTransportContext context)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, InboundMember> _members = [];

    // In the order of their arrival.
    private readonly List<InboundConnection> _connections = [];

    // Evicted connections, until they have ended.
    private readonly List<InboundConnection> _evicted = [];
    private bool _stopped;

    /// <summary>Takes in a connection whose handshake begins.</summary>
    /// <returns>False when there are too many, or the transport stops.</returns>
    public bool TryAdd(InboundConnection connection)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return false;
            }

            // Connections that never finish their handshake, or never send their request, must not keep members out:
            // the oldest of them is evicted.
            if (_connections.Count >= context.Options.MaxInboundConnections
                && !TryEvict())
            {
                return false;
            }

            _connections.Add(connection);
            return true;
        }
    }

    /// <summary>Decides on a handshake. An admitted connection takes the place of the earlier one.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="request">What it asks for; the lane is a known one.</param>
    /// <param name="lane">The lane that it now carries.</param>
    public HandshakeStatus Admit(InboundConnection connection, in HandshakeRequest request, out InboundLane? lane)
    {
        lock (_gate)
        {
            lane = null;
            if (!_members.TryGetValue(request.From, out InboundMember? member))
            {
                ForgetIdleMembers();
                member = new InboundMember();
                _members.Add(request.From, member);
            }

            if (request.Incarnation < member.Incarnation
                || (request.Incarnation == member.Incarnation && request.Attempt <= member[request.Lane].Attempt))
            {
                return HandshakeStatus.Stale;
            }

            if (request.Incarnation > member.Incarnation)
            {
                member.AbortAll();
                member.Incarnation = request.Incarnation;
            }

            lane = member[request.Lane];
            lane.Current?.Abort("A later connection has taken its place.");
            lane.Current = connection;
            lane.Attempt = request.Attempt;
            return HandshakeStatus.Accepted;
        }
    }

    /// <summary>Forgets a connection that has ended.</summary>
    public void Remove(InboundConnection connection, InboundLane? lane)
    {
        lock (_gate)
        {
            _ = _connections.Remove(connection) || _evicted.Remove(connection);
            if (lane is not null && ReferenceEquals(lane.Current, connection))
            {
                lane.Current = null;
            }
        }
    }

    /// <summary>The connections that are open now.</summary>
    public InboundConnection[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _connections];
        }
    }

    /// <summary>Takes in no more connections, and returns those that are open.</summary>
    public InboundConnection[] Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            return [.. _connections, .. _evicted];
        }
    }

    private bool TryEvict()
    {
        int oldest = _connections.FindIndex(connection => !connection.IsAdmitted);
        if (oldest < 0 || _evicted.Count >= context.Options.MaxInboundConnections)
        {
            return false;
        }

        _connections[oldest].Abort("It had not come to its point when there were too many connections.");
        _evicted.Add(_connections[oldest]);
        _connections.RemoveAt(oldest);
        return true;
    }

    // Members come and go over the years: remember a bounded number of those that are not connected.
    private void ForgetIdleMembers()
    {
        if (_members.Count < context.Options.MaxInboundConnections)
        {
            return;
        }

        foreach ((MemberId id, InboundMember member) in _members)
        {
            if (!member.IsConnected)
            {
                _members.Remove(id);
            }
        }
    }
}
