using System.Globalization;
using System.Text;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Membership;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Carries out the commands of a script, see Scripts/README.md, and writes down what they cause.</summary>
internal sealed partial class ScriptCluster
{
    private readonly SimulatedCluster _cluster = new();
    private readonly EffectText _text = new();
    private readonly List<string> _output = [];
    private ScriptArguments _settings = new("none");

    public ScriptCluster()
    {
        _cluster.Drained = (member, effects) => _output.AddRange(_text.Describe(member, effects));
        _cluster.Stopped = member => _output.Add(
            Line($"{member.Id} stops, {member.Node.Membership}: {MembershipEndText.Of(member.Node.MembershipEnd!)}"));
    }

    /// <summary>Carries out a command.</summary>
    /// <returns>The lines it causes.</returns>
    public IReadOnlyList<string> Execute(string command)
    {
        _output.Clear();
        ScriptArguments arguments = new(command);
        try
        {
            Execute(arguments);
        }
        catch (InvariantViolationException e)
        {
            _output.Add($"stops: {e.Message}");
        }

        return [.. _output.Count == 0 ? ["ok"] : _output];
    }

    private void Execute(ScriptArguments a)
    {
        switch (a.Name)
        {
            case "settings":
                _settings = a;
                break;
            case "add-nodes":
                AddNodes(a);
                break;
            case "add-node":
                AddNode(a);
                break;
            case "campaign":
                Do(a, node => node.Campaign());
                break;
            case "tick":
                Repeat(a.Times(1), () => Do(a, node => node.Tick()));
                break;
            case "propose":
                Propose(a);
                break;
            case "read":
                Do(a, node => node.ReadIndex(a.Number(1)));
                break;
            case "transfer":
                Do(a, node => node.TransferLeadership(new MemberId(a.Number(1))));
                break;
            case "unreachable":
                Do(a, node => node.PeerUnreachable(new MemberId(a.Number(1))));
                break;
            case "snapshot":
                LogPosition position = _cluster[a.Number(0)].TakeSnapshot().Position;
                _output.Add(Line($"snapshot {position.Index}/{position.Term}"));
                break;
            case "compact":
                Do(a, node => node.CompactLog(a.Number(1)));
                break;
            default:
                ExecuteOnSurroundings(a);
                break;
        }
    }

    private void ExecuteOnSurroundings(ScriptArguments a)
    {
        switch (a.Name)
        {
            case "stabilize":
                _cluster.Stabilize(a.Count == 0 ? [.. _cluster.Members.Keys] : ScriptArguments.List(a.Text(0)));
                break;
            case "quietly-stabilize":
                _cluster.Stabilize(a.Count == 0 ? [.. _cluster.Members.Keys] : ScriptArguments.List(a.Text(0)));
                _output.Clear();
                break;
            case "deliver":
                Deliver(a);
                break;
            case "drop":
                _output.Add(Line($"dropped {Drop(a)}"));
                break;
            case "duplicate":
                _cluster.Network.AddRange(_cluster.Network.FindAll(message => IsOn(message, a)));
                break;
            case "network":
                _output.AddRange(_cluster.Network.Select(_text.Describe));
                break;
            case "clock":
                SimulatedMember member = _cluster[a.Number(0)];
                member.Clock = TimeSpan.FromMilliseconds(a.Number(1));
                member.Node.ObserveClock(member.Clock.Value);
                break;
            case "complete-append":
                Repeat(a.Times(1), () => Complete(a, member => member.CompleteAppend()));
                break;
            case "complete-apply":
                Repeat(a.Times(1), () => Complete(a, member => member.CompleteApply()));
                break;
            case "complete-read":
                Complete(a, member => member.CompleteLogRead() || member.CompleteSnapshotRead());
                break;
            case "complete-receive":
                Complete(a, member => member.CompleteReceive());
                break;
            case "complete-all":
                _cluster.CompleteAll(a.Number(0));
                break;
            case "partition":
                Partition(a);
                break;
            case "cut":
                _cluster.Cut([a.Number(0)], [a.Number(1)]);
                break;
            case "heal":
                _cluster.Heal();
                break;
            case "crash":
                _cluster[a.Number(0)].Crash();
                break;
            case "restart":
                Restart(a.Number(0));
                break;
            default:
                ExecuteOnMembership(a);
                break;
        }
    }

    private void Show(ScriptArguments a)
    {
        switch (a.Name)
        {
            case "status":
                Status(_cluster[a.Number(0)].Node.Status);
                break;
            case "log":
                _output.Add(Log(_cluster[a.Number(0)].Node));
                break;
            case "disk":
                SimulatedDisk disk = _cluster[a.Number(0)].Disk;
                _output.Add(
                    Line($"term {disk.HardState.Term}, vote {EffectText.Member(disk.HardState.Vote)}, ")
                    + Line($"log{EffectText.Entries(disk.Entries)}"));
                break;
            case "applied":
                _output.Add(string.Join(", ", _cluster[a.Number(0)].Applied));
                break;
            default:
                throw new ArgumentException($"There is no command '{a.Name}'.");
        }
    }

    private void Do(ScriptArguments a, Action<RaftNode> input) =>
        _cluster.Do(a.Number(0), member => input(member.Node));

    private static void Repeat(int times, Action action)
    {
        for (int i = 0; i < times; i++)
        {
            action();
        }
    }

    private void Complete(ScriptArguments a, Func<SimulatedMember, bool> complete)
    {
        if (!complete(_cluster[a.Number(0)]))
        {
            _output.Add("nothing to complete");
        }

        _cluster.Drain(_cluster[a.Number(0)]);
    }

    private void Propose(ScriptArguments a)
    {
        ReadOnlyMemory<byte>[] payloads =
        [
            .. a.From(1).Select(word => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(word)),
        ];
        ProposeResult result = default;
        _cluster.Do(a.Number(0), member => result = member.Node.Propose(payloads));
        if (result is not (ProposeResult.Accepted or ProposeResult.Forwarded))
        {
            _output.Add(result.ToString());
        }
    }

    private void AddNodes(ScriptArguments a)
    {
        ulong[] learners = a.Numbers("learners");
        ulong[] ids = [.. Enumerable.Range(1, (int)a.Number(0)).Select(id => (ulong)id).Except(learners)];
        ClusterConfiguration configuration = a.Switch("new", false)
            ? ConfigurationText.New(ids)
            : ConfigurationText.Settled(ids, learners);
        foreach (ulong id in ids.Concat(learners).Order())
        {
            Add(id, configuration, new ScriptArguments("none"));
        }
    }

    private void AddNode(ScriptArguments a)
    {
        ulong[] voters = a.Numbers("voters");
        ulong[] outgoing = a.Numbers("outgoing");
        ClusterConfiguration configuration = ConfigurationText.Settled(voters, outgoing: outgoing);
        Add(a.Number(0), configuration, a);
    }

    private void Add(ulong id, ClusterConfiguration configuration, ScriptArguments a)
    {
        ScriptArguments s = _settings;
        SimulatedMember member = new(
            incarnation => new RaftOptions
            {
                Id = new MemberId(id),
                Seed = (incarnation * 100) + id,
                ElectionTicks = s.Setting("election-ticks", 10),
                PreVote = s.Switch("pre-vote", true),
                CheckQuorum = s.Switch("check-quorum", true),
                MaxMessageBytes = s.Setting("message-bytes", 1 << 20),
                MaxInflightMessages = s.Setting("inflight", 4),
                MaxUncommittedBytes = s.Setting("uncommitted-bytes", 1 << 20),
                MaxApplyBytes = s.Setting("apply-bytes", 1 << 20),
                LogCacheBytes = s.Setting("cache-bytes", 1 << 20),
                SnapshotChunkBytes = s.Setting("chunk-bytes", 20),
                UseReadLease = s.Switch("lease", false),
                TickInterval = TimeSpan.FromMilliseconds(s.Setting("tick-ms", 0)),
                MaxClockDrift = s.Setting("drift-percent", 10) / 100.0,
            },
            configuration);
        ulong[] terms = a.Numbers("log");
        ulong term = (ulong)a.Setting("term", 0);
        if (term > 0)
        {
            HardState state = new(
                term, new MemberId((ulong)a.Setting("vote", 0)), (ulong)a.Setting("commit", 0),
                new MemberId(id), PromisedMicroseconds: PresetPromise(s));
            member.Disk.Preset(state, terms);
        }

        _cluster.Add(member);
    }

    /// <summary>What a member with these settings wrote with its first term.</summary>
    private static ulong PresetPromise(ScriptArguments settings) =>
        (ulong)((settings.Setting("election-ticks", 10) - 1) * settings.Setting("tick-ms", 0) * 1000);

    private void Deliver(ScriptArguments a)
    {
        int limit = a.Count > 1 && char.IsDigit(a.Text(1)[0]) ? (int)a.Number(1) : int.MaxValue;
        List<RaftMessage> due = [.. _cluster.Network.FindAll(message => IsOn(message, a)).Take(limit)];
        if (due.Count == 0)
        {
            _output.Add("nothing to deliver");
        }

        foreach (RaftMessage message in due)
        {
            _cluster.Deliver(_cluster.Network.IndexOf(message));
        }
    }

    private int Drop(ScriptArguments a)
    {
        int limit = a.Count > 1 && char.IsDigit(a.Text(1)[0]) ? (int)a.Number(1) : int.MaxValue;
        return _cluster.Network.FindAll(message => IsOn(message, a)).Take(limit).Count(_cluster.Network.Remove);
    }

    /// <summary>Whether a message is on the link that a command names: "1->2", "1->*" or "*->2", with type=... of one
    /// type only.</summary>
    private static bool IsOn(in RaftMessage message, ScriptArguments a)
    {
        string[] ends = a.Text(0).Split("->");
        string type = a.Count > 1 && !char.IsDigit(a.Text(1)[0]) ? a.Text(1) : message.Type.ToString();
        return (ends[0] == "*" || ends[0] == message.From.ToString())
            && (ends[1] == "*" || ends[1] == message.To.ToString())
            && type == message.Type.ToString();
    }

    private void Partition(ScriptArguments a)
    {
        List<ulong[]> groups = [.. a.From(0).Select(ScriptArguments.List)];
        foreach (ulong[] group in groups)
        {
            foreach (ulong[] other in groups.Where(other => other != group))
            {
                _cluster.Cut(group, other);
            }
        }
    }

    private void Restart(ulong id)
    {
        _text.Forget(new MemberId(id));
        _cluster[id].Start();
        _output.Add(Line($"{id} starts in term {_cluster[id].Node.Term} with{Log(_cluster[id].Node)}"));
        _cluster.Drain(_cluster[id]);
    }

    private void Status(RaftStatus status)
    {
        _output.Add(
            Line($"{status.Role} term={status.Term} vote={EffectText.Member(status.Vote)} ")
            + Line($"leader={EffectText.Member(status.Leader)} commit={status.Commit} applied={status.Applied} ")
            + Line($"stable={status.StableIndex} log=({status.FirstIndex - 1}, {status.LastIndex}]"));
        foreach (PeerStatus peer in status.Peers)
        {
            _output.Add(Line(
                $"{peer.Id}: {peer.State} match={peer.Match} next={peer.Next}{(peer.IsLearner ? " learner" : "")}"));
        }
    }

    private static string Log(RaftNode node)
    {
        RaftStatus status = node.Status;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $" log after {status.FirstIndex - 1}:");
        for (ulong index = status.FirstIndex; index <= status.LastIndex; index++)
        {
            text.Append(CultureInfo.InvariantCulture, $" {index}/{node.TermAt(index)}");
        }

        return text.ToString();
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
