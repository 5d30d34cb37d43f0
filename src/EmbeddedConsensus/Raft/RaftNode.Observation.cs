using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>What a driver reads after a turn.</summary>
internal sealed partial class RaftNode
{
    /// <summary>Whether the node may lack entries that it acknowledged: it has no vote until a leader has shown it what
    /// was committed (<see cref="TailDoubt"/>).</summary>
    public bool IsInDoubt => _state.IsInDoubt;

    /// <summary>Whether this member is the only voter, so that it may campaign at once: no other can lead.</summary>
    public bool IsOnlyVoter => _membership.IsOnlyVoter;

    /// <summary>The ticks since the oldest append that is not durable was handed out; zero when there is
    /// none.</summary>
    public ulong OldestAppendTicks => _appends.Oldest is { } oldest ? _state.Now - oldest.IssuedAt : 0;

    /// <summary>The node's role.</summary>
    public RaftRole Role => _state.Role;

    /// <summary>The current term.</summary>
    public ulong Term => _state.Term;

    /// <summary>The leader, or none when it is not known.</summary>
    public MemberId Leader => _state.Leader;

    /// <summary>The commit index.</summary>
    public ulong CommitIndex => _state.Log.Commit;

    /// <summary>The last index in the log.</summary>
    public ulong LastIndex => _state.Log.LastIndex;

    /// <summary>The last index that the state machine has applied.</summary>
    public ulong AppliedIndex => _state.Log.Applied;

    /// <summary>Whether this node leads and may, at the last reading of the clock, answer reads without a round.
    /// </summary>
    public bool HoldsLease => _state.IsLeader && _lease.Holds(_state.Tracker.Configuration);

    /// <summary>Whether a peer is being sent a snapshot.</summary>
    public bool IsSendingSnapshot => _transmission.IsUnderWay;

    /// <summary>The configuration in use: the latest one in the log, committed or not.</summary>
    public ClusterConfiguration Configuration => _state.Tracker.Configuration;

    /// <summary>The index of the entry that holds <see cref="Configuration"/>, or of the snapshot that it came with;
    /// zero for the one that the node was started with.</summary>
    public ulong ConfigurationIndex => _membership.LatestIndex;

    /// <summary>The latest configuration that is known to be committed.</summary>
    public ClusterConfiguration CommittedConfiguration => _membership.Committed;

    /// <summary>The index of <see cref="CommittedConfiguration"/>.</summary>
    public ulong CommittedConfigurationIndex => _membership.CommittedIndex;

    /// <summary>The members that messages may go to: all but this one and, for a while, those that have just left.
    /// Another array when it has changed. Empty at a joiner until it has received a configuration: its driver knows the
    /// addresses to use until then.</summary>
    public ImmutableArray<ClusterMember> Peers => _membership.Peers;

    /// <summary>What this node is to its cluster. When it is <see cref="MembershipState.Removed"/> or
    /// <see cref="MembershipState.Refused"/>, the effects that are there are to be carried out, and then the node is to
    /// be used no more.</summary>
    public MembershipState Membership => _membership.State;

    /// <summary>Why the node no longer takes part; null while it does.</summary>
    public MembershipEnd? MembershipEnd => _membership.End;

    /// <summary>What this node says of itself when a founder asks it.</summary>
    public FounderReport FounderReport => _founding.Report;

    /// <summary>Whether this node is a founder that has to ask the others before it takes part in an election: see
    /// <see cref="TakeReports"/>.</summary>
    public bool IsAskingFounders => _founding.IsAsking;

    /// <summary>Whether a change of the membership could begin now, as far as earlier ones are concerned: this node
    /// leads, has committed an entry of its term and is not handing over, and the configuration is committed and not
    /// joint.</summary>
    public bool IsReadyForChange => _changes.IsReady;

    /// <summary>How many messages of other clusters were dropped.</summary>
    public long ForeignMessages => _notices.ForeignMessages;

    /// <summary>The state in full.</summary>
    public RaftStatus Status => new()
    {
        Id = _state.Id,
        Role = _state.Role,
        Term = _state.Term,
        Vote = _state.Vote,
        Leader = _state.Leader,
        Commit = _state.Log.Commit,
        Applied = _state.Log.Applied,
        FirstIndex = _state.Log.Start.Index + 1,
        LastIndex = _state.Log.LastIndex,
        StableIndex = _state.Log.Stable,
        Configuration = _state.Tracker.Configuration,
        LeadTransferee = _transfer.Target,
        Peers = _state.IsLeader ? _state.Tracker.Statuses() : [],
    };

    /// <summary>The term of the entry at an index, or null when the log does not reach there (any more).</summary>
    /// <param name="index">The index; the last dropped entry still counts.</param>
    public ulong? TermAt(ulong index) => _state.Log.TermAt(index);

    /// <summary>The configuration as of an applied entry: what a snapshot of that state has to carry. Null when a newer
    /// snapshot has replaced the log there.</summary>
    /// <param name="index">The entry.</param>
    public ClusterConfiguration? ConfigurationAt(ulong index) => _membership.At(index);
}
