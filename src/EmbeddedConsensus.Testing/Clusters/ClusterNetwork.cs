using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>
/// The network between the members of a test cluster, on virtual time: a message either arrives at once, on the thread
/// that sends it, or at an instant of the virtual clock. Every one-way link can be cut and can have conditions of its
/// own.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="seed">What losses and delays are drawn from.</param>
internal sealed class ClusterNetwork(VirtualTimeProvider time, ulong seed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<MemberId, ClusterTransport> _started = [];
    private readonly Dictionary<(MemberId From, MemberId To), ClusterLink> _links = [];

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The links that are cut, in order.</summary>
    public IReadOnlyList<(MemberId From, MemberId To)> CutLinks
    {
        get
        {
            lock (_gate)
            {
                return [.. _links.Where(static link => link.Value.IsCut).Select(static link => link.Key).Order()];
            }
        }
    }

    /// <summary>Whether a one-way link is cut.</summary>
    public bool IsCut(MemberId from, MemberId to)
    {
        lock (_gate)
        {
            return LinkOf(from, to).IsCut;
        }
    }

    /// <summary>Cuts a one-way link, or heals it.</summary>
    public void SetCut(MemberId from, MemberId to, bool isCut)
    {
        lock (_gate)
        {
            LinkOf(from, to).IsCut = isCut;
        }
    }

    /// <summary>Heals every link.</summary>
    public void HealAll()
    {
        lock (_gate)
        {
            foreach (ClusterLink link in _links.Values)
            {
                link.IsCut = false;
            }
        }
    }

    /// <summary>Gives a one-way link its conditions.</summary>
    public void SetConditions(MemberId from, MemberId to, LinkConditions conditions)
    {
        lock (_gate)
        {
            LinkOf(from, to).Conditions = conditions;
        }
    }

    /// <summary>Makes a transport reachable.</summary>
    /// <exception cref="TransportException">The member has one already.</exception>
    public void Register(ClusterTransport transport)
    {
        lock (_gate)
        {
            if (!_started.TryAdd(transport.Member, transport))
            {
                throw new TransportException(
                    $"Member {transport.Member} has a started transport on this network already. Dispose it first.");
            }
        }
    }

    /// <summary>Makes a transport unreachable.</summary>
    public void Unregister(ClusterTransport transport)
    {
        lock (_gate)
        {
            if (_started.GetValueOrDefault(transport.Member) == transport)
            {
                _started.Remove(transport.Member);
            }
        }
    }

    /// <summary>The transport that a request reaches, and that can answer it.</summary>
    /// <exception cref="TransportException">There is none.</exception>
    public ClusterTransport FindAddress(ClusterTransport sender, string address)
    {
        lock (_gate)
        {
            ClusterTransport? target = _started.Values.FirstOrDefault(other => other.Address == address);
            return target is not null
                && !LinkOf(sender.Member, target.Member).IsCut && !LinkOf(target.Member, sender.Member).IsCut
                    ? target
                    : throw new TransportException($"Nobody answers at '{address}'.");
        }
    }

    /// <summary>Sends a message on its way.</summary>
    public void Send(ClusterTransport sender, RaftMessage message)
    {
        ClusterLink link;
        int copies;
        Span<TimeSpan> delays = stackalloc TimeSpan[ClusterLink.MaxCopies];
        lock (_gate)
        {
            link = LinkOf(sender.Member, message.To);
            copies = link.Draw(delays);
        }

        for (int i = 0; i < copies; i++)
        {
            if (delays[i] == TimeSpan.Zero)
            {
                Deliver(sender, link, message);
            }
            else
            {
                DeliverLater(sender, link, message, delays[i]);
            }
        }
    }

    private void DeliverLater(ClusterTransport sender, ClusterLink link, RaftMessage message, TimeSpan delay)
    {
        lock (_gate)
        {
            if (!link.TryAddDelayed())
            {
                return;
            }
        }

        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                timer!.Dispose();
                lock (_gate)
                {
                    link.RemoveDelayed();
                }

                Deliver(sender, link, message);
            },
            null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private void Deliver(ClusterTransport sender, ClusterLink link, RaftMessage message)
    {
        ClusterTransport? receiver;
        bool isNews;
        lock (_gate)
        {
            receiver = link.IsCut ? null : _started.GetValueOrDefault(message.To);
            isNews = link.Note(isReachable: receiver is not null);
        }

        if (receiver is not null)
        {
            receiver.Receive(message);
        }
        else if (isNews)
        {
            // One report for a run of lost messages is enough.
            sender.ReportUnreachable(message.To);
        }
    }

    private ClusterLink LinkOf(MemberId from, MemberId to)
    {
        if (!_links.TryGetValue((from, to), out ClusterLink? link))
        {
            link = new ClusterLink(seed ^ (from.Value << 32) ^ to.Value);
            _links.Add((from, to), link);
        }

        return link;
    }
}
