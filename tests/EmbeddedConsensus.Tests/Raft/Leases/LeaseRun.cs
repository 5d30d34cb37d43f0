using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>
/// A cluster in virtual time whose members' clocks run at different rates, under what is dangerous to leases: links
/// that fail one way, slow links, pauses in the middle of a turn, restarts and transfers. Every read is checked when it
/// is served. The same seed gives the same run.
/// </summary>
internal sealed class LeaseRun
{
    private const long Millisecond = 1_000;

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly List<LeaseRunMember> _members = [];
    private readonly Dictionary<(MemberId From, MemberId To), long> _cutUntil = [];
    private readonly Dictionary<(MemberId From, MemberId To), long> _slowUntil = [];
    private readonly HashSet<ulong> _leaderTerms = [];
    private readonly LeaseRunMember _slowest;
    private readonly bool _isOneSlow;
    private readonly DeterministicRandom _random;
    private long _order;
    private ulong _maxCommit;

    public LeaseRun(ulong seed, LeaseRunOptions options)
    {
        Seed = seed;
        Options = options;
        _random = new DeterministicRandom(seed);
        int members = Chance(25) ? 5 : 3;
        _isOneSlow = Chance(60);
        ClusterConfiguration voters = ClusterConfiguration.OfVoters(
            Enumerable.Range(1, members).Select(id => new MemberId((ulong)id)));
        foreach (MemberId id in voters.Voters)
        {
            _members.Add(new LeaseRunMember(this, id.Value, DrawRate(id), voters));
        }

        _slowest = _members.MinBy(member => member.Rate)!;
    }

    public ulong Seed { get; }

    public LeaseRunOptions Options { get; }

    /// <summary>The virtual time, in microseconds.</summary>
    public long Now { get; private set; }

    public long ReadsReleased { get; private set; }

    public long LeaseReads { get; private set; }

    public int Leaders => _leaderTerms.Count;

    /// <summary>What the first read that missed a committed entry saw; null when there is none.</summary>
    public string? StaleRead { get; private set; }

    public void Run()
    {
        At(0, Load);
        At(0, Disturb);
        while (_events.TryDequeue(out Action? next, out (long At, long Order) due)
            && due.At <= Options.Duration && StaleRead is null)
        {
            Now = due.At;
            next();
        }
    }

    public void At(long time, Action action) => _events.Enqueue(action, (time, _order++));

    public long Between(long low, long high) => low + (long)(_random.NextUInt64() % (ulong)(high - low + 1));

    /// <summary>How long a thread is held up between two steps of a turn: nearly always not at all.</summary>
    public long HoldUp() => _random.NextInt32(1_500) == 0 ? Between(1, 300) * Millisecond : 0;

    public void Send(RaftMessage message)
    {
        if (IsUnder(_cutUntil, message) || _random.NextInt32(200) == 0)
        {
            return;
        }

        long delay = IsUnder(_slowUntil, message) ? Between(1, 150 * Millisecond) : Between(100, 2 * Millisecond);
        At(Now + delay, () =>
        {
            if (MemberOf(message.To) is { IsUp: true } receiver)
            {
                receiver.Receive(message);
            }
        });
    }

    public void Released(LeaseRunMember member, LeaseRead read)
    {
        ReadsReleased++;
        if (member.Node.AppliedIndex < read.Required)
        {
            StaleRead ??= $"seed {Seed}: at {Now} us member {member.Id} "
                + $"({member.Node.Role} of term {member.Node.Term}) served a read from index "
                + $"{member.Node.AppliedIndex}; {read.Required} was committed before it";
        }
    }

    public void TurnEnded(RaftNode node, long leaseReads)
    {
        LeaseReads += leaseReads;
        _maxCommit = Math.Max(_maxCommit, node.CommitIndex);
        if (node.Role == RaftRole.Leader)
        {
            _leaderTerms.Add(node.Term);
        }
    }

    /// <summary>One slow clock among fast ones is the worst for a lease: its leader's lasts longest, and the promises
    /// of the others shortest.</summary>
    private double DrawRate(MemberId id)
    {
        double drift = _isOneSlow ? (id.Value == 1 ? 1 : 0) : _random.NextInt32(1001) / 1000.0;
        return 1 - (Options.Drift * drift);
    }

    private void Load()
    {
        LeaseRunMember member = Any();
        if (member.IsUp)
        {
            member.Read(_maxCommit);
            if (Chance(30))
            {
                member.Do(static node => node.Propose([new byte[] { 1 }]));
            }
        }

        // A leader that was cut off is asked too, whatever the others think of it.
        foreach (LeaseRunMember leader in _members.Where(m => m.IsUp && m.Node.Role == RaftRole.Leader))
        {
            leader.Read(_maxCommit);
        }

        At(Now + Between(1, 6 * Millisecond), Load);
    }

    private void Disturb()
    {
        switch (_random.NextInt32(10))
        {
            case < 4:
                CutToOneSupporter();
                break;
            case 4:
                Restart(Any(), 0);
                break;
            case 5:
                Any().Pause(Now + Between(20, 400) * Millisecond);
                break;
            case 6 or 7:
                Transfer();
                break;
            case 8:
                Cut(Any().Id, Any().Id, Between(50, 500) * Millisecond);
                break;
            default:
                _slowUntil[(Any().Id, Any().Id)] = Now + (Between(50, 800) * Millisecond);
                break;
        }

        At(Now + (Between(50, 500) * Millisecond), Disturb);
    }

    /// <summary>Leaves the leader with as few members as can keep it, takes those away too a little later, and lets
    /// something happen to one of them meanwhile.</summary>
    private void CutToOneSupporter()
    {
        if (Leader() is not { } leader)
        {
            return;
        }

        List<LeaseRunMember> others = [.. _members.Where(m => m != leader).OrderBy(_ => _random.NextUInt64())];
        int supporters = _members.Count / 2;
        long end = Between(200, 900) * Millisecond;
        foreach (LeaseRunMember other in others.Skip(supporters))
        {
            CutBoth(leader.Id, other.Id, end);
        }

        LeaseRunMember supporter = others[0];
        if (Chance(40))
        {
            _slowUntil[(supporter.Id, leader.Id)] = Now + end;
        }

        long later = Between(20, 500) * Millisecond;
        if (Chance(30))
        {
            At(Now + later, () => Restart(supporter, Between(50, 300) * Millisecond));
        }
        else
        {
            At(Now + later, () => others.Take(supporters).ToList().ForEach(
                other => CutBoth(leader.Id, other.Id, Between(200, 700) * Millisecond)));
        }
    }

    private void Transfer()
    {
        if (Leader() is not { } leader)
        {
            return;
        }

        // Fast clocks win elections, so a slow one must be helped to lead.
        MemberId target = Chance(70) ? _slowest.Id : Any().Id;
        leader.Do(node => node.TransferLeadership(target));
        if (Chance(30))
        {
            At(Now + Between(300, 8 * Millisecond), () => _members.ForEach(
                other => CutBoth(leader.Id, other.Id, Between(50, 400) * Millisecond)));
        }
    }

    /// <summary>Crashes a member and lets it start again soon; the leader may not reach it behind that.</summary>
    private void Restart(LeaseRunMember member, long cutFromLeader)
    {
        if (!member.IsUp)
        {
            return;
        }

        member.Crash();
        if (cutFromLeader > 0 && Leader() is { } leader)
        {
            CutBoth(leader.Id, member.Id, cutFromLeader);
        }

        At(Now + Between(500, 20 * Millisecond), member.Start);
    }

    private void CutBoth(MemberId one, MemberId other, long duration)
    {
        Cut(one, other, duration);
        Cut(other, one, duration);
    }

    private void Cut(MemberId from, MemberId to, long duration) => _cutUntil[(from, to)] = Now + duration;

    private bool IsUnder(Dictionary<(MemberId From, MemberId To), long> until, in RaftMessage message) =>
        until.TryGetValue((message.From, message.To), out long time) && Now < time;

    private LeaseRunMember? Leader() =>
        _members.Where(m => m.IsUp && m.Node.Role == RaftRole.Leader).MaxBy(m => m.Node.Term);

    private LeaseRunMember Any() => _members[_random.NextInt32(_members.Count)];

    private LeaseRunMember? MemberOf(MemberId id) => _members.Find(member => member.Id == id);

    private bool Chance(int percent) => _random.NextInt32(100) < percent;
}
