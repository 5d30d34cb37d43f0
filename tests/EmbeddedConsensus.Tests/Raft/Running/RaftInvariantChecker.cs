using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Checks, at every drain and after every step, the properties that Raft guarantees (Raft paper, figure 3) and
/// the promises about durability on which they rest.</summary>
internal sealed partial class RaftInvariantChecker
{
    private readonly SimulatedCluster _cluster;
    private readonly Dictionary<ulong, MemberId> _leaders = [];
    private readonly Dictionary<(MemberId Voter, ulong Term), MemberId> _votes = [];
    private readonly Dictionary<LogPosition, (ulong PreviousTerm, string Payload)> _entries = [];
    private readonly Dictionary<(ulong Id, ulong Term), bool> _completeLeaders = [];
    private readonly List<(ulong Term, ulong CommittedInTerm)> _committed = [(0, 0)];
    private readonly List<string> _applied = [];
    private readonly Dictionary<ulong, ulong> _commits = [];
    private readonly Dictionary<ulong, int> _checkedApplied = [];
    private readonly Dictionary<(ulong Id, ulong Request), ulong> _reads = [];

    /// <summary>Checks a cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="bootstrap">The members that it begins with.</param>
    public RaftInvariantChecker(SimulatedCluster cluster, ClusterConfiguration bootstrap)
    {
        _cluster = cluster;
        _committedConfigurations.Add((0, bootstrap));
        cluster.Drained = CheckDrain;
    }

    public ulong MaxCommit => (ulong)_committed.Count - 1;

    public int LeaderCount => _leaders.Count;

    public int ConfirmedReads { get; private set; }

    public void BeginRead(ulong id, ulong request) => _reads.Add((id, request), MaxCommit);

    public void ForgetMember(ulong id)
    {
        _commits.Remove(id);
        _checkedApplied.Remove(id);
        foreach ((ulong Id, ulong Request) read in _reads.Keys.Where(read => read.Id == id).ToList())
        {
            _reads.Remove(read);
        }
    }

    public void CheckStep()
    {
        foreach (SimulatedMember member in _cluster.Members.Values.Where(member => member.IsUp))
        {
            RaftStatus status = member.Node.Status;
            CheckCommit(member, status);
            CheckLeader(member, status);
            CheckMembership(member, status);
            CheckApplied(member);
        }
    }

    private void CheckCommit(SimulatedMember member, RaftStatus status)
    {
        ulong before = _commits.GetValueOrDefault(status.Id.Value);
        Assert.True(status.Commit >= before, "the commit index fell");
        Assert.True(status.Applied <= status.Commit && status.Commit <= status.LastIndex, "applied <= commit <= last");
        _commits[status.Id.Value] = status.Commit;
        for (ulong index = Math.Max(before + 1, status.FirstIndex); index <= status.Commit; index++)
        {
            ulong term = member.Node.TermAt(index)!.Value;
            if (index == (ulong)_committed.Count)
            {
                _committed.Add((term, status.Term));
                CommitConfiguration(index, term);
            }

            Assert.True(_committed[(int)index].Term == term, "two entries committed at one index");
        }
    }

    private void CheckLeader(SimulatedMember member, RaftStatus status)
    {
        if (status.Role != RaftRole.Leader)
        {
            return;
        }

        _leaders.TryAdd(status.Term, status.Id);
        Assert.True(_leaders[status.Term] == status.Id, "Election Safety");
        if (!_completeLeaders.TryAdd((status.Id.Value, status.Term), true))
        {
            return;
        }

        for (ulong index = status.FirstIndex; index <= MaxCommit; index++)
        {
            // A leader may win its term late, when a later term has long committed.
            (ulong term, ulong committedInTerm) = _committed[(int)index];
            Assert.True(committedInTerm >= status.Term || member.Node.TermAt(index) == term, "Leader Completeness");
        }
    }

    private void CheckApplied(SimulatedMember member)
    {
        int from = Math.Min(_checkedApplied.GetValueOrDefault(member.Id.Value), member.Applied.Count);
        for (int i = from; i < member.Applied.Count; i++)
        {
            if (i == _applied.Count)
            {
                _applied.Add(member.Applied[i]);
            }

            Assert.True(_applied[i] == member.Applied[i], "State Machine Safety");
        }

        _checkedApplied[member.Id.Value] = member.Applied.Count;
    }

    private void CheckDrain(SimulatedMember member, RaftEffects effects)
    {
        if (effects.Append is { } append)
        {
            foreach (ReadOnlyMemory<LogEntry> slice in append.Entries)
            {
                CheckLogMatching(member, slice.Span);
            }
        }

        foreach (RaftMessage message in effects.Messages)
        {
            CheckPromise(member, message);
        }

        foreach (ReadIndexResult read in effects.ReadResults)
        {
            Assert.True(_reads.Remove((member.Id.Value, read.RequestId), out ulong committed), "a read ended twice");
            if (read.IsConfirmed)
            {
                ConfirmedReads++;
                Assert.True(read.Index >= committed, "a read index is behind what was committed when it was asked for");
            }
        }
    }

    private void CheckLogMatching(SimulatedMember member, ReadOnlySpan<LogEntry> entries)
    {
        foreach (LogEntry entry in entries)
        {
            (ulong, string) content = (member.Node.TermAt(entry.Index - 1)!.Value, SimulatedMember.Payload(entry));
            _entries.TryAdd(entry.Position, content);
            CheckConfigurationEntry(member, entry);
            Assert.True(_entries[entry.Position] == content, "Log Matching");
        }
    }

    /// <summary>What an answer promises must be on disk when the answer leaves.</summary>
    private void CheckPromise(SimulatedMember member, in RaftMessage message)
    {
        if (message.Reject)
        {
            return;
        }

        HardState durable = member.Disk.HardState;
        if (message.Type == RaftMessageType.VoteResponse)
        {
            Assert.True(
                durable.Term > message.Term || (durable.Term == message.Term && durable.Vote == message.To),
                "a vote left before it was durable");
            _votes.TryAdd((message.From, message.Term), message.To);
            Assert.True(_votes[(message.From, message.Term)] == message.To, "two votes in one term");
        }
        else if (message.Type == RaftMessageType.AppendResponse)
        {
            // An answer that was held for an entry may leave after the entry was replaced; then a later term began.
            Assert.True(
                member.Disk.LastIndex >= message.Index || member.Node.Term > message.Term,
                "an acknowledgement left before its entries were durable");
        }
    }
}
