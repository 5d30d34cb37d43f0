using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>The network between the replicas: it delays, loses, duplicates and reorders messages, and its links can be
/// cut in each direction.</summary>
internal sealed class SimulatedNetwork
{
    private const long HealthyLatencyMicros = 300;

    private readonly SimulatedCluster _cluster;
    private readonly RunProfile _profile;
    private readonly SimulationRandom _random;
    private readonly SimulatedLink?[,] _links =
        new SimulatedLink?[SimulatedCluster.MaxReplicas, SimulatedCluster.MaxReplicas];
    private readonly List<NoiseWindow> _noise = [];

    /// <summary>A network with working links.</summary>
    public SimulatedNetwork(SimulatedCluster cluster, RunProfile profile, SimulationRandom random)
    {
        _cluster = cluster;
        _profile = profile;
        _random = random;
    }

    /// <summary>Adds or removes a cut of a link in one direction: cuts of several faults add up.</summary>
    public void Cut(int from, int to, int cuts) => Link(from, to).Cuts += cuts;

    /// <summary>From now on, messages are lost, duplicated, delayed or reordered.</summary>
    public void Add(NoiseWindow noise) => _noise.Add(noise);

    /// <summary>Ends that.</summary>
    public void Remove(NoiseWindow noise) => _noise.Remove(noise);

    /// <summary>Heals all links and ends message loss.</summary>
    public void Mend()
    {
        _noise.Clear();
        foreach (SimulatedLink? link in _links)
        {
            link?.Cuts = 0;
        }
    }

    /// <summary>Sends a message from a replica, by its number.</summary>
    public void Send(int from, RaftMessage message) =>
        Send(from, message.To, receiver => receiver.Receive(message));

    /// <summary>Sends something from a replica, by its number.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="receiver">The receiver.</param>
    /// <param name="arrives">Called when it arrives; perhaps never, perhaps twice.</param>
    public void Send(int from, MemberId receiver, Action<SimulatedReplica> arrives)
    {
        int to = SimulatedCluster.NumberOf(receiver);
        if (to < 0 || to >= _cluster.Replicas.Count)
        {
            return;
        }

        SimulatedLink link = Link(from, to);
        long delay = _cluster.FaultsAreOn
            ? _profile.LatencyMicros + link.Random.Between(0, _profile.JitterMicros)
            : HealthyLatencyMicros;
        bool isLost = link.IsCut || !KnowsAddress(_cluster.Replicas[from], _cluster.Replicas[to]);
        bool isRepeated = false;
        long overtaken = 0;
        foreach (NoiseWindow noise in _noise)
        {
            if (!noise.Concerns(from, to, _cluster.LeaderNumber))
            {
                continue;
            }

            switch (noise.Kind)
            {
                case FaultKind.MessageLoss:
                    isLost |= noise.Strikes();
                    break;
                case FaultKind.MessageDelay:
                    delay += noise.Random.Between(0, (long)(noise.Intensity * _profile.ReorderMicros));
                    break;
                case FaultKind.MessageDuplication:
                    isRepeated |= noise.Strikes();
                    break;
                default:
                    overtaken = noise.Strikes() ? noise.Random.Between(0, _profile.ReorderMicros) : overtaken;
                    break;
            }
        }

        if (isLost)
        {
            _cluster.Statistics.MessagesLost++;
            Notice(from, receiver, link);
            return;
        }

        long arrival = ArrivalOf(link, delay, overtaken);
        Deliver(from, to, arrives, arrival);
        if (isRepeated)
        {
            _cluster.Statistics.MessagesRepeated++;
            Deliver(from, to, arrives, arrival + link.Random.Between(0, _profile.ReorderMicros));
        }
    }

    private SimulatedLink Link(int from, int to) =>
        _links[from, to] ??= new SimulatedLink(_random.Fork((ulong)((from << 8) | to)));

    // The address of a sender that is no peer is known from its message.
    private bool KnowsAddress(SimulatedReplica sender, SimulatedReplica receiver)
    {
        if (!receiver.HasMoved || !_cluster.FaultsAreOn || sender.Life is not { } life)
        {
            return true;
        }

        foreach (ClusterMember peer in life.Core.Node.Peers)
        {
            if (peer.Id == receiver.Id)
            {
                return peer.Address == receiver.Peer.Address;
            }
        }

        return true;
    }

    // A connection keeps the order of its messages, unless a fault breaks it: real transports do on a reconnect.
    private long ArrivalOf(SimulatedLink link, long delay, long overtaken)
    {
        if (overtaken > 0)
        {
            _cluster.Statistics.MessagesReordered++;
            return _cluster.Now + delay + overtaken;
        }

        link.LastArrival = Math.Max(link.LastArrival, _cluster.Now + delay);
        return link.LastArrival;
    }

    // A real transport detects a broken connection only sometimes, and late.
    private void Notice(int from, MemberId to, SimulatedLink link)
    {
        if (_cluster.Replicas[from].Life is { } life && link.Random.Chance(_profile.NoticeRate))
        {
            life.Later(link.Random.Between(0, _profile.ReorderMicros), EventKind.Message, () =>
                life.Input(() => life.Core.Node.PeerUnreachable(to)));
        }
    }

    private void Deliver(int from, int to, Action<SimulatedReplica> arrives, long arrival) =>
        _cluster.Events.Schedule(arrival - _cluster.Now, EventKind.Message, (ulong)((from << 8) | to), () =>
        {
            if (!Link(from, to).IsCut)
            {
                arrives(_cluster.Replicas[to]);
            }
        });
}
