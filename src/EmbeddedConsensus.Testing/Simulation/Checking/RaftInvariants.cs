using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>The properties of figure 3 of the Raft paper and their foundations, checked after every step.</summary>
internal sealed class RaftInvariants(SimulationStatistics statistics)
{
    private readonly Dictionary<ulong, MemberId> _leaders = [];
    private readonly Dictionary<(MemberId Voter, ulong Term), MemberId> _votes = [];
    private readonly Dictionary<LogPosition, EntryFacts> _entries = [];

    // The terms of all entries known to be committed, by index, with when they became known.
    private readonly List<ulong> _committed = [0];
    private readonly SortedDictionary<ulong, ulong> _committedByTerm = [];

    /// <summary>The highest index that a leader has committed.</summary>
    public ulong LastCommitted => (ulong)_committed.Count - 1;

    /// <summary>Checks an outgoing message.</summary>
    public void OnSend(in RaftMessage message)
    {
        if (message.Type != RaftMessageType.VoteResponse || message.Reject)
        {
            return;
        }

        MemberId before = _votes.GetValueOrDefault((message.From, message.Term), message.To);
        if (before != message.To)
        {
            throw new SimulationFailedException("Election Safety",
                $"Replica {message.From} votes for {message.To} in term {message.Term}, and has voted for {before}.");
        }

        _votes[(message.From, message.Term)] = message.To;
    }

    /// <summary>Checks entries as they are written.</summary>
    /// <param name="replica">The owner of the disk.</param>
    /// <param name="isLeader">Whether the replica leads.</param>
    /// <param name="term">Its term.</param>
    /// <param name="mirror">The replica's log so far; the entries are added to it.</param>
    /// <param name="entries">The entries.</param>
    public void OnAppend(MemberId replica, bool isLeader, ulong term, LogMirror mirror, ReadOnlySpan<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            if (isLeader && entry.Term == term && entry.Index <= mirror.LastIndex)
            {
                throw new SimulationFailedException("Leader Append-Only",
                    $"Leader {replica} overwrites index {entry.Index} of its log, which ends at {mirror.LastIndex}.");
            }

            CheckLogMatching(replica, mirror, entry);
            mirror.Append(entry);
        }
    }

    /// <summary>Checks a replica's state after a turn.</summary>
    /// <param name="before">Its state after the previous turn.</param>
    /// <param name="now">Its state.</param>
    /// <param name="mirror">Its log.</param>
    /// <param name="quorums">What decides quorums.</param>
    public void OnTurn(in ConsensusView before, in ConsensusView now, LogMirror mirror, in QuorumView quorums)
    {
        if (now.Term < before.Term || now.Commit < before.Commit || now.Applied < before.Applied)
        {
            throw new SimulationFailedException("Monotonicity",
                $"Replica {now.Id} went from term {before.Term}, commit {before.Commit}, applied {before.Applied} to "
                + $"{now.Term}, {now.Commit}, {now.Applied}.");
        }

        if (now.Applied > now.Commit)
        {
            throw new SimulationFailedException("Monotonicity",
                $"Replica {now.Id} has applied {now.Applied} and knows only {now.Commit} to be committed.");
        }

        // A leader that commits its own removal resigns in the same turn: it was the leader that committed.
        bool wasLeader = before.IsLeader && before.Term == now.Term;
        if (now.IsLeader && !wasLeader)
        {
            OnElected(now, mirror, quorums);
        }

        if ((now.IsLeader || wasLeader) && now.Commit > LastCommitted)
        {
            OnCommitted(before, now, mirror, quorums);
        }
    }

    private void OnElected(in ConsensusView leader, LogMirror mirror, in QuorumView quorums)
    {
        CheckVotes(leader, quorums);
        if (!_leaders.TryAdd(leader.Term, leader.Id))
        {
            throw new SimulationFailedException("Election Safety",
                $"Replica {leader.Id} leads in term {leader.Term}, in which {_leaders[leader.Term]} was elected.");
        }

        statistics.Leaders++;
        ulong known = 0;
        foreach ((ulong term, ulong index) in _committedByTerm)
        {
            known = term < leader.Term ? index : known;
        }

        for (ulong index = known; index > mirror.Start.Index; index--)
        {
            if (mirror.TermAt(index) != _committed[(int)index])
            {
                throw new SimulationFailedException("Leader Completeness",
                    $"Leader {leader.Id} of term {leader.Term} has "
                    + (mirror.TermAt(index)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no entry")
                    + $" at index {index}, "
                    + $"where an entry of term {_committed[(int)index]} is committed.");
            }
        }
    }

    // A candidate that moves to a joint configuration needs both majorities.
    private void CheckVotes(ConsensusView leader, in QuorumView quorums)
    {
        bool isElected = quorums.IsQuorum(member =>
            member == leader.Id || _votes.GetValueOrDefault((member, leader.Term)) == leader.Id);
        if (!isElected)
        {
            throw new SimulationFailedException("Election Safety",
                $"Replica {leader.Id} leads in term {leader.Term} without the votes of a majority of "
                + $"{ConfigurationRules.Text(quorums.Now)}.");
        }
    }

    private void OnCommitted(
        in ConsensusView leaderBefore, in ConsensusView leader, LogMirror mirror, QuorumView quorums)
    {
        for (ulong index = LastCommitted + 1; index <= leader.Commit; index++)
        {
            _committed.Add(mirror.TermAt(index) ?? throw new SimulationFailedException("Leader Completeness",
                $"Leader {leader.Id} commits index {index}, which is not in its log."));
        }

        _committedByTerm[leader.Term] = leader.Commit;
        LogPosition last = new(leader.Commit, _committed[^1]);
        if (last.Term != leader.Term && leaderBefore.IsLeader && leaderBefore.Term == leader.Term
            && leaderBefore.Commit < leader.Commit)
        {
            // Figure 8 of the paper: such an entry can still be overwritten, long before any effect would show.
            throw new SimulationFailedException("Commit Rule",
                $"Leader {leader.Id} of term {leader.Term} commits index {last.Index} of term {last.Term} by counting "
                + "replicas; only an entry of its own term commits so (Raft paper, section 5.4.2).");
        }

        if (!quorums.IsQuorum(member => quorums.Holds(member, last)))
        {
            throw new SimulationFailedException("Durability",
                $"Leader {leader.Id} of term {leader.Term} commits index {last.Index} of term {last.Term}, which is on "
                + $"the disks of no majority of {ConfigurationRules.Text(quorums.Now)}.");
        }
    }

    // If two logs have an entry of the same index and term, they are equal up to there: by induction it is enough that
    // such entries are equal, and the terms of the entries before them are.
    private void CheckLogMatching(MemberId replica, LogMirror mirror, in LogEntry entry)
    {
        EntryFacts facts = new(
            mirror.TermAt(entry.Index - 1) ?? 0, Digest.Of(entry.Data.Span) ^ (ulong)entry.Kind);
        if (!_entries.TryAdd(entry.Position, facts) && _entries[entry.Position] != facts)
        {
            throw new SimulationFailedException("Log Matching",
                $"Replica {replica} appends at index {entry.Index}, term {entry.Term}, an entry that differs from "
                + "another replica's there, or follows another entry.");
        }
    }

    private readonly record struct EntryFacts(ulong PreviousTerm, ulong Digest);
}
