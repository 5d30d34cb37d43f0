using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>The network between the replicas: it delays, loses, repeats and reorders messages, and its links can be cut
/// in each direction.</summary>
internal sealed class SimulatedNetwork
{
    private const long HealthyLatencyMicros = 300;

    private readonly SimulatedCluster _cluster;
    private readonly FaultProfile _profile;
    private readonly SimulationRandom _random;
    private readonly bool[,] _isCut;
    private readonly long[,] _lastArrival;

    /// <summary>A network whose links are whole.</summary>
    public SimulatedNetwork(SimulatedCluster cluster, FaultProfile profile, SimulationRandom random, int replicas)
    {
        _cluster = cluster;
        _profile = profile;
        _random = random;
        _isCut = new bool[replicas, replicas];
        _lastArrival = new long[replicas, replicas];
    }

    /// <summary>Whether messages still get lost, repeated and reordered.</summary>
    public bool IsFaulty { get; set; } = true;

    /// <summary>Cuts or mends a link in one direction.</summary>
    public void SetCut(int from, int to, bool isCut) => _isCut[from, to] = isCut;

    /// <summary>Mends all links.</summary>
    public void Mend() => Array.Clear(_isCut);

    /// <summary>Sends a message from a replica, by its number.</summary>
    public void Send(int from, in RaftMessage message)
    {
        int to = SimulatedCluster.NumberOf(message.To);
        if (_isCut[from, to] || (IsFaulty && _random.Chance(_profile.LossRate)))
        {
            _cluster.Statistics.MessageFaults++;
            Notice(from, message.To);
            return;
        }

        Deliver(from, to, message, ArrivalOf(from, to));
        if (IsFaulty && _random.Chance(_profile.DuplicateRate))
        {
            _cluster.Statistics.MessageFaults++;
            Deliver(from, to, message, ArrivalOf(from, to) + _random.Between(0, _profile.ReorderMicros));
        }
    }

    // A connection keeps the order of its messages, unless the profile breaks it: real transports do on a reconnect.
    private long ArrivalOf(int from, int to)
    {
        if (IsFaulty && _random.Chance(_profile.ReorderRate))
        {
            _cluster.Statistics.MessageFaults++;
            return _cluster.Now + _random.Between(_profile.LatencyMicros, _profile.ReorderMicros);
        }

        long delay = IsFaulty
            ? _profile.LatencyMicros + _random.Between(0, _profile.JitterMicros)
            : HealthyLatencyMicros;
        ref long last = ref _lastArrival[from, to];
        last = Math.Max(last, _cluster.Now + delay);
        return last;
    }

    // A real transport learns of a broken connection, now and then, and some time later.
    private void Notice(int from, MemberId to)
    {
        if (_cluster.Replicas[from].Life is { } life && _random.Chance(_profile.NoticeRate))
        {
            life.Later(_random.Between(0, _profile.ReorderMicros), EventKind.Message, () =>
                life.Input(() => life.Core.Node.PeerUnreachable(to)));
        }
    }

    private void Deliver(int from, int to, RaftMessage message, long arrival) =>
        _cluster.Events.Schedule(arrival - _cluster.Now, EventKind.Message, (ulong)((from << 8) | to), () =>
        {
            if (!_isCut[from, to])
            {
                _cluster.Replicas[to].Receive(message);
            }
        });
}
