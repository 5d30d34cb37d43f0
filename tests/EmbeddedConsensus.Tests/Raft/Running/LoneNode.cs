using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Member 1 of a cluster whose other members are played by the test: it hands messages in and looks at those
/// that leave. Writes complete at once unless told otherwise.</summary>
internal sealed class LoneNode
{
    public LoneNode(
        int members = 3, ulong term = 0, ulong[]? log = null, bool preVote = false, bool checkQuorum = false,
        ulong seed = 1, int electionTicks = 10)
    {
        ClusterConfiguration voters = ConfigurationText.Settled(Enumerable.Range(1, members).Select(id => (ulong)id));
        RaftOptions options = new()
        {
            Id = new MemberId(1), Seed = seed, PreVote = preVote, CheckQuorum = checkQuorum,
            ElectionTicks = electionTicks,
        };
        List<TermStart> terms = [];
        for (int i = 0; i < (log?.Length ?? 0); i++)
        {
            if (i == 0 || log![i] != log[i - 1])
            {
                terms.Add(new TermStart((ulong)i + 1, log![i]));
            }
        }

        RecoveredLog recovered = new(
            new HardState(term, MemberId.None, 0, options.Id), default, (ulong)(log?.Length ?? 0), terms);
        Node = new RaftNode(options, recovered, snapshot: null, voters);
    }

    public RaftNode Node { get; }

    public List<ReadIndexResult> Reads { get; } = [];

    public List<ApplyEffect> Applies { get; } = [];

    /// <summary>Takes all effects, completes the writes, and returns the outgoing messages.</summary>
    public List<RaftMessage> Drain()
    {
        List<RaftMessage> messages = [];
        while (!Node.Effects.IsEmpty)
        {
            RaftEffects effects = Node.Effects;
            messages.AddRange(effects.Messages);
            Reads.AddRange(effects.ReadResults);
            Applies.AddRange(effects.Applies);
            AppendEffect? append = effects.Append;
            ulong applied = effects.Applies.Count > 0 ? effects.Applies[^1].LastIndex : 0;
            effects.Clear();
            if (append is { } write)
            {
                Node.AppendCompleted(write.Id);
            }

            if (applied > 0)
            {
                Node.AppliedTo(applied);
            }
        }

        return messages;
    }

    /// <summary>Delivers a member's message and returns the outgoing ones.</summary>
    public List<RaftMessage> Receive(ulong from, RaftMessage message)
    {
        Node.Step(message with { From = new MemberId(from), To = new MemberId(1) });
        return Drain();
    }

    public void BecomeLeader()
    {
        Node.Campaign();
        Drain();
        Receive(2, new RaftMessage { Type = RaftMessageType.VoteResponse, Term = Node.Term });
        Assert.Equal(RaftRole.Leader, Node.Role);
    }

    /// <summary>With itself as the only voter, its own write elects it.</summary>
    public void BecomeLoneLeader()
    {
        Node.Campaign();
        Drain();
        Assert.Equal(RaftRole.Leader, Node.Role);
    }

    public List<RaftMessage> Acknowledge(ulong from, ulong index) =>
        Receive(from, new RaftMessage { Type = RaftMessageType.AppendResponse, Term = Node.Term, Index = index });

    public List<RaftMessage> Tick(int times)
    {
        List<RaftMessage> messages = [];
        for (int i = 0; i < times; i++)
        {
            Node.Tick();
            messages.AddRange(Drain());
        }

        return messages;
    }

    public static LogEntry[] Entries(ulong firstIndex, params ulong[] terms) =>
        [
            .. terms.Select(
                (term, i) => new LogEntry(firstIndex + (ulong)i, term, LogEntryKind.Command, new byte[] { 1 })),
        ];
}
