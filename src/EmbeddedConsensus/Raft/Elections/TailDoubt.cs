namespace EmbeddedConsensus.Raft;

/// <summary>
/// A member whose storage may have lost the end of its log (<see cref="RecoveredLog.MayLackTail"/>), and how it gets
/// its vote back (design decision D20).
/// </summary>
/// <remarks>
/// <para><b>The danger.</b> Such a member may have acknowledged entries that it no longer holds. Where they were
/// committed with its help, a vote of it could elect a leader that lacks them (Leader Completeness); and a leader that
/// counted its acknowledgement may commit them later. Its own vote in an earlier term is not in danger: votes are on
/// disk twice (<see cref="AppendEffect.HasVote"/>), so it remembers each term in which it voted.</para>
/// <para><b>The rule.</b> While in doubt, a member neither votes nor campaigns, and does not believe the commit index
/// of a heartbeat, which rests on what it acknowledged. It follows a leader as usual, and asks it for a read index. The
/// request says that the member is in doubt, so before it answers, the leader forgets what the member acknowledged in
/// earlier lives (<see cref="Progress.ForgetEarlierLives"/>). Once the member's log holds, durably, the entry that the
/// answer names, it votes again.</para>
/// <para><b>Why that is enough.</b> Say that the member acknowledged entry e to the leader of term t, and that a leader
/// of term T answers. A majority confirmed T after the request. The leader of t was elected by a majority, either with
/// this member's vote, which it remembers, or by others, one of which confirmed T: so t ≤ T. If t &lt; T and e was or
/// will be committed in t, the leader of T has e, before the first entry of its own term (Raft paper, section 5.4.3;
/// the members that elected T held e then, this one included). That entry is committed before the answer, so the
/// answer's index is above e. If t = T, what was committed with the help of lost acknowledgements is at or below the
/// answer's index, and nothing is committed with their help afterwards.</para>
/// <para>A member in doubt that holds nothing at all cannot know that its votes are there: it counts as one that lost
/// its disk (<see cref="MembershipView.IsFresh"/>).</para>
/// <para>So a member in doubt recovers beside any leader, however few the others are, and a leader is elected without
/// it. If a majority is in doubt, no leader is elected until an operator accepts the loss.</para>
/// </remarks>
internal sealed class TailDoubt(RaftState state, Outbox outbox)
{
    // Where no request of an earlier life has its id, nor one of ForwardedReads.
    private ulong _id = ~state.Options.Seed;
    private MemberId _asked;
    private ulong _askedTerm;
    private int _ticks;
    private LogPosition? _shown;

    /// <summary>Lets a tick pass: asks again while no answer comes.</summary>
    public void Tick()
    {
        if (state.IsInDoubt && ++_ticks >= state.Options.HeartbeatTicks)
        {
            _ticks = 0;
            _asked = MemberId.None;
        }
    }

    /// <summary>Takes the answer to a request of this part.</summary>
    /// <param name="message">A <see cref="RaftMessageType.ReadIndexResponse"/>.</param>
    /// <returns>Whether it is one.</returns>
    public bool TryStepResponse(in RaftMessage message)
    {
        if (!state.IsInDoubt || message.Context != _id || message.From != state.Leader || _askedTerm != state.Term)
        {
            return false;
        }

        // Without a term, the leader has compacted the entry meanwhile: it is asked again.
        _shown = message.LogTerm == 0 ? null : new LogPosition(message.Index, message.LogTerm);
        return true;
    }

    /// <summary>Asks a leader that was not asked yet, or ends the doubt.</summary>
    /// <param name="isInstalling">Whether a snapshot is about to replace the log.</param>
    public void Advance(bool isInstalling)
    {
        if (!state.IsInDoubt || state.Leader.IsNone)
        {
            return;
        }

        if (_askedTerm != state.Term)
        {
            // What another leader answered is not this one's word.
            _askedTerm = state.Term;
            _asked = MemberId.None;
            _shown = null;
            _id++;
        }

        if (_shown is { } shown && !isInstalling && Holds(shown))
        {
            state.IsInDoubt = false;
        }
        else if (_shown is null && _asked != state.Leader)
        {
            _asked = state.Leader;
            outbox.Send(state.MessageTo(state.Leader, RaftMessageType.ReadIndex) with
            {
                Term = 0, Context = _id, Reject = true, Index = state.Incarnation,
            });
        }
    }

    /// <summary>Whether the log holds a committed entry, and so all before it. A log that starts after it begins with
    /// a snapshot, which holds committed entries alone.</summary>
    private bool Holds(LogPosition committed) =>
        committed.Index <= state.Log.Start.Index
        || (committed.Index <= state.Log.Stable && state.Log.Matches(committed));
}
