using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>Two hearts of replicas, driven tick by tick: a leader, and a follower that has callers. A third member
/// is down. Messages arrive within the tick unless the test takes them out.</summary>
internal sealed class ForwardingCluster
{
    public static readonly MemberId Leader = new(1);
    public static readonly MemberId Follower = new(2);

    private readonly Dictionary<MemberId, ReplicaCore> _cores = [];
    private readonly Dictionary<MemberId, ProposalSessions> _applied = [];
    private readonly Queue<RaftMessage> _messages = [];

    public ForwardingCluster(ReplicaCoreOptions options, long maxUncommittedBytes)
    {
        foreach (MemberId id in new[] { Leader, Follower })
        {
            RaftNode node = new(
                new RaftOptions
                {
                    Id = id, Seed = id.Value, PreVote = false, MaxUncommittedBytes = maxUncommittedBytes,
                    ElectionTicks = id == Leader ? 10 : 1_000,
                },
                RecoveredLog.Empty,
                null,
                ClusterConfiguration.OfVoters(Leader, Follower, new MemberId(3)));
            _cores[id] = new ReplicaCore(options, node, id, 1);
            _applied[id] = new ProposalSessions();
        }

        Core(Leader).Node.Campaign();
        Run(3);
        Assert.Equal(RaftRole.Leader, Core(Leader).Node.Role);
    }

    /// <summary>Whether a message gets lost.</summary>
    public Func<RaftMessage, bool> Loses { get; set; } = static _ => false;

    /// <summary>Everything that was sent, lost or not.</summary>
    public List<RaftMessage> Sent { get; } = [];

    /// <summary>The proposals that were executed at the follower, in order.</summary>
    public List<ProposalId> Executed { get; } = [];

    public ReplicaCore Core(MemberId id) => _cores[id];

    public ForwardedWrite[] Write(MemberId at, int count, int length) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            ForwardedWrite write = new(length);
            Core(at).Submit(write);
            return write;
        }),
    ];

    /// <summary>Lets ticks pass. In each everything that can happen does.</summary>
    public void Run(int ticks)
    {
        for (int tick = 0; tick < ticks; tick++)
        {
            foreach (ReplicaCore core in _cores.Values)
            {
                core.Tick();
            }

            Settle();
        }
    }

    private void Settle()
    {
        bool again;
        do
        {
            again = Turn(Leader) | Turn(Follower);
            while (_messages.TryDequeue(out RaftMessage message))
            {
                if (!Loses(message) && _cores.TryGetValue(message.To, out ReplicaCore? core))
                {
                    core.Step(message);
                    again = true;
                }
            }
        }
        while (again);
    }

    private bool Turn(MemberId id)
    {
        ReplicaCore core = Core(id);
        bool again = core.Pump();
        AppendEffect? append = core.Effects.Append;
        Sent.AddRange(core.Effects.Messages);
        core.Effects.Messages.ForEach(_messages.Enqueue);
        ApplyEffect[] pages = [.. core.Effects.Applies];
        core.Effects.Clear();
        if (append is not null)
        {
            core.AppendCompleted(append.Value.Id);
        }

        foreach (ApplyEffect page in pages)
        {
            foreach (LogEntry entry in page.Entries.ToArray().Where(entry => entry.Kind == LogEntryKind.Command))
            {
                Apply(id, entry.Data.Span);
            }

            core.Applied(page.LastIndex, 0);
        }

        return again || append is not null || pages.Length > 0;
    }

    private void Apply(MemberId at, ReadOnlySpan<byte> command)
    {
        CommandSeal.Open(command, CommandFormat.Newest, out ProposalId id, out _);
        if (_applied[at].TryMark(id))
        {
            if (at == Follower)
            {
                Executed.Add(id);
            }

            if (id.Origin == at)
            {
                Core(at).Proposals.Take(id.Sequence)?.TryComplete(default);
            }
        }
    }
}
