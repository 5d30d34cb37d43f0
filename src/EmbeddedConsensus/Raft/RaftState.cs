namespace EmbeddedConsensus.Raft;

/// <summary>
/// What every part of a <see cref="RaftNode"/> shares: the options, the log, the members and their progress, and the
/// node's term, vote, role and leader (Raft paper, figure 2).
/// </summary>
/// <remarks>A part owns the fields that only it uses and borrows this. Term, role and leader change in
/// <see cref="RoleTransitions"/> alone, the vote there and in <see cref="Voter"/>.</remarks>
internal sealed class RaftState
{
    /// <summary>The state that a node starts with: a follower with what it remembers.</summary>
    /// <param name="options">The settings; valid.</param>
    /// <param name="log">The log.</param>
    /// <param name="tracker">The members.</param>
    /// <param name="recovered">The hard state on disk.</param>
    /// <param name="incarnation">Which life of the member this is.</param>
    /// <param name="mayLackTail">Whether the storage may have lost what the node acknowledged.</param>
    /// <exception cref="InvariantViolationException">The hard state belongs to another member, or was lost.</exception>
    public RaftState(
        RaftOptions options, RaftLog log, ProgressTracker tracker, HardState recovered, ulong incarnation,
        bool mayLackTail)
    {
        Options = options;
        Log = log;
        Tracker = tracker;
        Term = recovered.Term;
        Vote = recovered.Vote;
        Founding = recovered.Founding;
        PromisedMicroseconds = recovered.PromisedMicroseconds;
        IsInDoubt = recovered.IsInDoubt || mayLackTail;
        Incarnation = incarnation;
        if (Term < log.LastPosition.Term && !log.WasReplacedBySnapshot && log.LastIndex > log.Start.Index)
        {
            throw new InvariantViolationException(
                $"The hard state's term is {Term} and the log ends in term {log.LastPosition.Term}: it was lost.");
        }

        // A snapshot may be published in a term that was not yet written when the crash came.
        if (Term < log.LastPosition.Term)
        {
            Term = log.LastPosition.Term;
            Vote = MemberId.None;
        }
    }

    /// <summary>The settings.</summary>
    public RaftOptions Options { get; }

    /// <summary>The node's own id.</summary>
    public MemberId Id => Options.Id;

    /// <summary>The log.</summary>
    public RaftLog Log { get; }

    /// <summary>The members, their progress and the quorums.</summary>
    public ProgressTracker Tracker { get; }

    /// <summary>The node's role.</summary>
    public RaftRole Role { get; set; } = RaftRole.Follower;

    /// <summary>The current term; never falls.</summary>
    public ulong Term { get; set; }

    /// <summary>The member that the node voted for in <see cref="Term"/>, or none.</summary>
    public MemberId Vote { get; set; }

    /// <summary>The leader of <see cref="Term"/>, or none while it is not known.</summary>
    public MemberId Leader { get; set; }

    /// <summary>What the node has agreed to about the founding of its cluster. Changes in <see cref="Raft.Founding"/>
    /// alone.</summary>
    public FoundingState Founding { get; set; }

    /// <summary>The longest promise not to vote that a leader may still rely on, in microseconds. Kept by
    /// <see cref="ElectionClock"/>.</summary>
    public ulong PromisedMicroseconds { get; set; }

    /// <summary>Whether the node may lack entries that it acknowledged; it ends in <see cref="TailDoubt"/>.</summary>
    public bool IsInDoubt { get; set; }

    /// <summary>Which life of the member this is: greater than that of every earlier one.</summary>
    public ulong Incarnation { get; }

    /// <summary>The ticks since the node started.</summary>
    public ulong Now { get; set; }

    /// <summary>The cluster's id as far as it is committed here; zero while it is not known. Kept by
    /// <see cref="MembershipView"/>.</summary>
    public ulong ClusterId { get; set; }

    /// <summary>Whether the node, as the leader, has committed an entry of its term.</summary>
    public bool HasCommittedInTerm { get; set; }

    /// <summary>Whether the node leads.</summary>
    public bool IsLeader => Role == RaftRole.Leader;

    /// <summary>The node's own progress, or null when the configuration in use does not name the node.</summary>
    public Progress? Self => Tracker.Find(Id);

    /// <summary>What has to be durable now.</summary>
    /// <remarks>The commit index goes no further than what is durable: a torn write may keep the hard state and lose
    /// the entries that came with it.</remarks>
    public HardState HardState =>
        new(Term, Vote, Math.Min(Log.Commit, Log.Stable), Id, Founding, PromisedMicroseconds)
        {
            IsInDoubt = IsInDoubt,
        };

    /// <summary>The term of an entry that the log holds.</summary>
    /// <param name="index">The entry.</param>
    /// <exception cref="InvariantViolationException">The log does not hold it.</exception>
    public ulong TermOf(ulong index) =>
        Log.TermAt(index)
        ?? throw new InvariantViolationException(
            $"The term of entry {index} was asked for; the log holds ({Log.Start.Index}, {Log.LastIndex}].");

    /// <summary>A message of the current term.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="type">The type.</param>
    public RaftMessage MessageTo(MemberId receiver, RaftMessageType type) =>
        new() { Type = type, From = Id, To = receiver, Term = Term, ClusterId = ClusterId };

    /// <summary>Whether a peer was heard from within an election timeout.</summary>
    /// <param name="peer">The peer.</param>
    public bool IsHeard(Progress peer) =>
        peer.HeardTick > 0 && Now + 1 - peer.HeardTick <= (ulong)Options.ElectionTicks;
}
