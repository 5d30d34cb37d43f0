using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Members and the messages between them, all under the control of a test.</summary>
internal sealed class SimulatedCluster
{
    private readonly HashSet<(MemberId From, MemberId To)> _cut = [];

    public SortedDictionary<ulong, SimulatedMember> Members { get; } = [];

    /// <summary>The messages on their way, in the order in which they were sent.</summary>
    public List<RaftMessage> Network { get; } = [];

    /// <summary>Called with the effects of each drain, before they are taken over.</summary>
    public Action<SimulatedMember, RaftEffects>? Drained { get; set; }

    /// <summary>Called for a member that finds that it takes no further part.</summary>
    public Action<SimulatedMember>? Stopped { get; set; }

    public SimulatedMember this[ulong id] => Members[id];

    public void Add(SimulatedMember member)
    {
        member.Start();
        Members.Add(member.Id.Value, member);
        Drain(member);
    }

    public void Drain(SimulatedMember member)
    {
        if (member.Clock is { } now)
        {
            member.Node.ObserveClock(now);
        }

        while (!member.Node.Effects.IsEmpty)
        {
            RaftEffects effects = member.Node.Effects;
            Drained?.Invoke(member, effects);
            member.Take(effects);
            foreach (RaftMessage message in effects.Messages)
            {
                if (!_cut.Contains((message.From, message.To)))
                {
                    Network.Add(message);
                }
            }

            effects.Clear();
        }

        if (member.Node.Membership is MembershipState.Removed or MembershipState.Refused)
        {
            // What a driver does then.
            member.Crash();
            Stopped?.Invoke(member);
        }
    }

    /// <summary>Passes an input to a member and drains it.</summary>
    public void Do(ulong id, Action<SimulatedMember> input)
    {
        input(Members[id]);
        Drain(Members[id]);
    }

    public void Deliver(int position)
    {
        RaftMessage message = Network[position];
        Network.RemoveAt(position);
        if (Members.TryGetValue(message.To.Value, out SimulatedMember? receiver) && receiver.IsUp)
        {
            receiver.Node.Step(message);
            Drain(receiver);
        }
    }

    public void Cut(IEnumerable<ulong> from, IEnumerable<ulong> to)
    {
        foreach (ulong sender in from)
        {
            foreach (ulong receiver in to)
            {
                _cut.Add((new MemberId(sender), new MemberId(receiver)));
            }
        }
    }

    public void Heal() => _cut.Clear();

    /// <summary>Delivers and completes everything among some members until nothing is left to do.</summary>
    public void Stabilize(IReadOnlyCollection<ulong> ids)
    {
        bool isBusy = true;
        for (int round = 0; isBusy; round++)
        {
            Assert.True(round < 10_000, "The cluster does not come to rest.");
            isBusy = false;
            foreach (ulong id in ids.Where(id => Members[id].IsUp))
            {
                isBusy |= CompleteAll(id);
            }

            List<RaftMessage> due = Network.FindAll(message => ids.Contains(message.To.Value));
            foreach (RaftMessage message in due)
            {
                isBusy = true;
                Deliver(Network.IndexOf(message));
            }
        }
    }

    /// <summary>Completes everything that a member's effects asked for.</summary>
    public bool CompleteAll(ulong id)
    {
        SimulatedMember member = Members[id];
        bool wasBusy = false;
        while (member.IsUp && (member.CompleteAppend() || member.CompleteApply() || member.CompleteLogRead()
            || member.CompleteSnapshotRead() || member.CompleteReceive()))
        {
            wasBusy = true;
            Drain(member);
        }

        return wasBusy;
    }
}
