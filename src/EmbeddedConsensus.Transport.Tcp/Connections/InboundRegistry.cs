using EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>The accepted connections: it bounds the number of those that may be a stranger's, and lets only the latest
/// of each lane of each member live.</summary>
/// <remarks>Members and strangers share no slots. A member's connection is one of a lane, and there are as many lanes
/// as the membership has; requests that are being answered have a bound of their own
/// (<see cref="ITransport.MaxConcurrentRequests"/>); all others are counted here. When there are too many of them,
/// the oldest of the address that has most is closed, once it had time for a handshake; until then no further
/// connection is accepted.</remarks>
internal sealed class InboundRegistry(TcpTransportContext context)
{
    // Time enough for a handshake on a busy machine. New connections wait in the system's backlog meanwhile.
    private const long HandshakeGraceMilliseconds = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, InboundMember> _members = [];

    // In the order of their arrival.
    private readonly List<InboundConnection> _connections = [];

    // Evicted connections, until they have ended.
    private readonly List<InboundConnection> _evicted = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _stopped;

    /// <summary>Waits until there is room for one more connection whose other side is not known yet.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan untilEviction;
            lock (_gate)
            {
                if (HasRoom(out untilEviction))
                {
                    return;
                }

                changed = _changed.Task;
            }

            // Room comes with a change of the connections, or when the oldest one has had its time.
            await changed.WaitAsync(untilEviction, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Reports that a connection is admitted: it no longer counts among the strangers'.</summary>
    public void Admitted()
    {
        lock (_gate)
        {
            SignalChange();
        }
    }

    /// <summary>Takes in a connection whose handshake begins.</summary>
    /// <returns>False when the transport stops.</returns>
    public bool TryAdd(InboundConnection connection)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                _connections.Add(connection);
            }

            return !_stopped;
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

            SignalChange();
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

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void SignalChange()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }

    private bool HasRoom(out TimeSpan untilEviction)
    {
        untilEviction = Timeout.InfiniteTimeSpan;
        return _connections.Count(connection => !connection.IsAdmitted) < context.Options.MaxInboundConnections
            || TryEvict(out untilEviction);
    }

    private bool TryEvict(out TimeSpan untilEviction)
    {
        untilEviction = Timeout.InfiniteTimeSpan;
        InboundConnection? oldest = _connections.Where(connection => !connection.IsAdmitted)
            .GroupBy(connection => connection.RemoteAddress)
            .MaxBy(connections => connections.Count())?.First();
        if (oldest is null || _evicted.Count >= context.Options.MaxInboundConnections)
        {
            return false;
        }

        long grace = oldest.StartedAt + HandshakeGraceMilliseconds - Environment.TickCount64;
        if (grace > 0)
        {
            untilEviction = TimeSpan.FromMilliseconds(grace);
            return false;
        }

        oldest.Abort("It had not come to its point when there were too many connections.");
        _evicted.Add(oldest);
        _connections.Remove(oldest);
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
