using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Network;

/// <summary>
/// A network inside one process: its transports reach each other without sockets, and every link can be cut and healed,
/// in one direction or in both.
/// </summary>
/// <remarks>
/// <para>For tests with several real replicas in one process:
/// <c>services.AddConsensusStore(...).UseTransport((_, context) => network.CreateTransport(context.MemberId,
/// context.ClusterId, address: context.Address))</c>. A store of a single member needs no transport. A test that also
/// wants to control time uses a <see cref="ConsensusTestCluster"/>, which has a network of its own.</para>
/// <para>Messages are passed by reference: payloads never change, so only the list of entries is copied. All members
/// are thread-safe.</para>
/// </remarks>
public sealed class InMemoryNetwork
{
    private readonly Lock _gate = new();

    // Several for one member only where two processes run under one id, at addresses of their own.
    private readonly Dictionary<MemberId, List<InMemoryTransport>> _started = [];
    private readonly HashSet<(MemberId From, MemberId To)> _cutLinks = [];

    /// <summary>A network with every link up.</summary>
    /// <param name="time">The clock that measures <see cref="InMemoryTransportOptions.RequestTimeout"/>; null for the
    /// system's.</param>
    public InMemoryNetwork(TimeProvider? time = null) => Time = time ?? TimeProvider.System;

    /// <summary>A network whose messages are carried by a wire.</summary>
    internal InMemoryNetwork(TimeProvider time, IInMemoryWire wire)
        : this(time) => Wire = wire;

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Carries the messages; null when they go directly from one transport to the other.</summary>
    internal IInMemoryWire? Wire { get; }

    /// <summary>The links that are cut, in order.</summary>
    internal IReadOnlyList<(MemberId From, MemberId To)> CutLinks
    {
        get
        {
            lock (_gate)
            {
                return [.. _cutLinks.Order()];
            }
        }
    }

    /// <summary>Creates the transport of one member, not yet started. A member that restarts gets a new one. Messages
    /// are delivered on the thread pool, in order on each lane of each peer.</summary>
    /// <param name="member">The member that will use it.</param>
    /// <param name="clusterId">The member's cluster: transports of different clusters never reach each other.</param>
    /// <param name="options">The bounds of its queues; null for the defaults.</param>
    /// <param name="address">The member's address, any text; messages and requests reach it only if sent there. Null:
    /// messages reach it by its id, and requests do not reach it: it cannot found a cluster with others, nor join
    /// one.</param>
    /// <exception cref="ArgumentException"><paramref name="member"/> is none, or a bound is out of range.</exception>
    public ITransport CreateTransport(
        MemberId member, ulong clusterId = 0, InMemoryTransportOptions? options = null, string? address = null) =>
        Create(member, clusterId, options, address);

    /// <inheritdoc cref="CreateTransport" />
    internal InMemoryTransport Create(
        MemberId member, ulong clusterId, InMemoryTransportOptions? options, string? address)
    {
        if (member.IsNone)
        {
            throw new ArgumentException("A transport needs a member id other than zero.", nameof(member));
        }

        options ??= new InMemoryTransportOptions();
        options.Validate();
        return new InMemoryTransport(this, member, clusterId, options, address);
    }

    /// <summary>Cuts the link from one member to another: what is sent over it is lost. The way back stays
    /// open.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void CutOneWay(MemberId from, MemberId to)
    {
        lock (_gate)
        {
            _cutLinks.Add((from, to));
        }
    }

    /// <summary>Cuts the links between two members in both directions.</summary>
    /// <param name="first">One member.</param>
    /// <param name="second">The other.</param>
    public void Cut(MemberId first, MemberId second)
    {
        lock (_gate)
        {
            _cutLinks.Add((first, second));
            _cutLinks.Add((second, first));
        }
    }

    /// <summary>Heals the link from one member to another.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void HealOneWay(MemberId from, MemberId to)
    {
        lock (_gate)
        {
            _cutLinks.Remove((from, to));
        }
    }

    /// <summary>Heals the links between two members in both directions.</summary>
    /// <param name="first">One member.</param>
    /// <param name="second">The other.</param>
    public void Heal(MemberId first, MemberId second)
    {
        lock (_gate)
        {
            _cutLinks.Remove((first, second));
            _cutLinks.Remove((second, first));
        }
    }

    /// <summary>Heals every link.</summary>
    public void HealAll()
    {
        lock (_gate)
        {
            _cutLinks.Clear();
        }
    }

    /// <summary>Whether a one-way link is cut.</summary>
    internal bool IsCut(MemberId from, MemberId to)
    {
        lock (_gate)
        {
            return _cutLinks.Contains((from, to));
        }
    }

    /// <summary>Makes a transport reachable. A member has one at a time at each address.</summary>
    internal void Register(InMemoryTransport transport)
    {
        lock (_gate)
        {
            if (transport.Address is { } address && Find(address) is { } occupant)
            {
                throw new TransportException(
                    $"Member {occupant.Member} listens at '{address}' on this network; choose another address.");
            }

            if (!_started.TryGetValue(transport.Member, out List<InMemoryTransport>? started))
            {
                _started.Add(transport.Member, started = []);
            }

            if (started.Any(other => other.Address is null || transport.Address is null))
            {
                throw new TransportException(
                    $"Member {transport.Member} already has a started transport on this network; dispose it first.");
            }

            started.Add(transport);
        }
    }

    /// <summary>Makes a transport unreachable.</summary>
    internal void Unregister(InMemoryTransport transport)
    {
        lock (_gate)
        {
            if (_started.TryGetValue(transport.Member, out List<InMemoryTransport>? started))
            {
                started.Remove(transport);
            }
        }
    }

    /// <summary>The transport that a message reaches, or null when the link is cut or no member is there.</summary>
    internal InMemoryTransport? Route(InMemoryTransport sender, MemberEndpoint to)
    {
        lock (_gate)
        {
            if (_cutLinks.Contains((sender.Member, to.Id))
                || !_started.TryGetValue(to.Id, out List<InMemoryTransport>? started))
            {
                return null;
            }

            foreach (InMemoryTransport target in started)
            {
                if (target.ClusterId == sender.ClusterId && (target.Address is null || target.Address == to.Address))
                {
                    return target;
                }
            }

            return null;
        }
    }

    /// <summary>The transport that a request reaches, and that can answer it.</summary>
    /// <exception cref="TransportException">There is none.</exception>
    internal InMemoryTransport RouteRequest(InMemoryTransport sender, string address)
    {
        lock (_gate)
        {
            InMemoryTransport? target = Find(address);
            if (target is null || _cutLinks.Contains((sender.Member, target.Member))
                || _cutLinks.Contains((target.Member, sender.Member)))
            {
                throw new TransportException($"Nobody answers at '{address}'.") { IsUndelivered = true };
            }

            return target.ClusterId == sender.ClusterId
                ? target
                : throw new TransportException(
                    $"The member at '{address}' belongs to cluster {target.ClusterId:x}, this member to "
                    + $"{sender.ClusterId:x}. Check the address.")
                {
                    IsWrongCluster = true,
                    IsUndelivered = true,
                };
        }
    }

    private InMemoryTransport? Find(string address) =>
        _started.Values.SelectMany(started => started).FirstOrDefault(other => other.Address == address);
}
