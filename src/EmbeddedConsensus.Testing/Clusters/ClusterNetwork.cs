using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Network;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>
/// The network between the members of a test cluster, on virtual time: a message either arrives at once, on the thread
/// that sends it, or at an instant of the virtual clock. Every one-way link can be cut and can have conditions of its
/// own.
/// </summary>
internal sealed class ClusterNetwork : IInMemoryWire
{
    // In virtual time. A member that stands still answers nothing.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly VirtualTimeProvider _time;
    private readonly ulong _seed;
    private readonly InMemoryNetwork _network;
    private readonly Lock _gate = new();
    private readonly Dictionary<(MemberId From, MemberId To), ClusterLink> _links = [];
    private LinkConditions _conditions = new();

    /// <summary>A network whose links are whole.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="seed">What losses and delays are drawn from.</param>
    public ClusterNetwork(VirtualTimeProvider time, ulong seed)
    {
        _time = time;
        _seed = seed;
        _network = new InMemoryNetwork(time, this);
    }

    /// <summary>The links that are cut, in order.</summary>
    public IReadOnlyList<(MemberId From, MemberId To)> CutLinks => _network.CutLinks;

    /// <summary>Makes the transport of a member, for one life.</summary>
    /// <param name="member">The member.</param>
    /// <param name="clusterId">The cluster that it belongs to.</param>
    /// <param name="address">Where the others find it.</param>
    public InMemoryTransport CreateTransport(MemberId member, ulong clusterId, string? address) =>
        _network.Create(
            member, clusterId, new InMemoryTransportOptions { RequestTimeout = RequestTimeout }, address);

    /// <summary>Whether a one-way link is cut.</summary>
    public bool IsCut(MemberId from, MemberId to) => _network.IsCut(from, to);

    /// <summary>Cuts a one-way link, or heals it.</summary>
    public void SetCut(MemberId from, MemberId to, bool isCut)
    {
        if (isCut)
        {
            _network.CutOneWay(from, to);
        }
        else
        {
            _network.HealOneWay(from, to);
        }
    }

    /// <summary>Heals every link.</summary>
    public void HealAll() => _network.HealAll();

    /// <summary>Sets the conditions of a one-way link.</summary>
    public void SetConditions(MemberId from, MemberId to, LinkConditions conditions)
    {
        lock (_gate)
        {
            LinkOf(from, to).Conditions = conditions;
        }
    }

    /// <summary>Sets the conditions of every link, including those of later members.</summary>
    public void SetConditions(LinkConditions conditions)
    {
        lock (_gate)
        {
            _conditions = conditions;
            foreach (ClusterLink link in _links.Values)
            {
                link.Conditions = conditions;
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<bool> CarryAsync(InMemoryTransport sender, MemberEndpoint to, RaftMessage message)
    {
        ClusterLink link;
        int copies;
        Span<TimeSpan> delays = stackalloc TimeSpan[ClusterLink.MaxCopies];
        lock (_gate)
        {
            link = LinkOf(sender.Member, to.Id);
            copies = link.Draw(delays);
        }

        // What is lost on the way, or comes later, is no news to its sender.
        ValueTask<bool> delivered = new(true);
        for (int i = 0; i < copies; i++)
        {
            if (delays[i] > TimeSpan.Zero)
            {
                DeliverLater(sender, link, to, message, delays[i]);
            }
            else
            {
                delivered = i == 0
                    ? sender.DeliverAsync(to, message)
                    : DeliverAgainAsync(delivered, sender, to, message);
            }
        }

        return delivered;
    }

    private static async ValueTask<bool> DeliverAgainAsync(
        ValueTask<bool> first, InMemoryTransport sender, MemberEndpoint to, RaftMessage message) =>
        await first.ConfigureAwait(false) & await sender.DeliverAsync(to, message).ConfigureAwait(false);

    private void DeliverLater(
        InMemoryTransport sender, ClusterLink link, MemberEndpoint to, RaftMessage message, TimeSpan delay)
    {
        lock (_gate)
        {
            if (!link.TryAddDelayed())
            {
                return;
            }
        }

        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                timer!.Dispose();
                DeliverNow(sender, link, to, message);
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void DeliverNow(InMemoryTransport sender, ClusterLink link, MemberEndpoint to, RaftMessage message)
    {
        bool hasRoom;
        lock (_gate)
        {
            link.RemoveDelayed();
            hasRoom = link.Room.IsCompleted;
        }

        // A receiver that has no room for what comes late loses it.
        if (hasRoom)
        {
            Task room = DeliverLateAsync(sender, link, to, message);
            lock (_gate)
            {
                link.Room = room;
            }
        }
    }

    private async Task DeliverLateAsync(
        InMemoryTransport sender, ClusterLink link, MemberEndpoint to, RaftMessage message)
    {
        bool delivered = await sender.DeliverAsync(to, message).ConfigureAwait(false);
        bool isNews;
        lock (_gate)
        {
            isNews = link.Note(delivered);
        }

        if (isNews && !delivered)
        {
            // One report for a run of lost messages is enough.
            sender.ReportUnreachable(to.Id);
        }
    }

    private ClusterLink LinkOf(MemberId from, MemberId to)
    {
        if (!_links.TryGetValue((from, to), out ClusterLink? link))
        {
            link = new ClusterLink(_seed ^ (from.Value << 32) ^ to.Value) { Conditions = _conditions };
            _links.Add((from, to), link);
        }

        return link;
    }
}
