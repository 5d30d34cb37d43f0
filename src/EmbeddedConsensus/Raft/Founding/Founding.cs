namespace EmbeddedConsensus.Raft;

/// <summary>
/// How the members of a list found a cluster once. A member with an empty disk cannot know whether it is new or has
/// lost its disk, so it takes no part in an election until it has found out from the other founders.
/// </summary>
/// <remarks>
/// <para><b>The stages</b> (<see cref="FoundingStage"/>), each durable before the member acts on it. A founder pledges
/// itself when every other founder has reported that it holds nothing and has the same list. It has agreed when every
/// other founder has reported that it is pledged, and its own pledge is durable. A pledged founder votes, one that has
/// agreed campaigns too. From the pledge on its disk holds everything that it has ever promised, so it votes by the
/// common rule alone, for any log.
/// </para>
/// <para><b>Why a pledge is safe.</b> Let a founder have lost a disk. If an entry that this disk acknowledged is
/// committed, the leader and a quorum held it; what is left of them besides this founder reports that it holds
/// something, unless all of them have lost their disks. If it is not committed yet, its leader holds it in memory and
/// reports so, or has crashed and counts no acknowledgements of that term any more. If the lost disk voted in a term,
/// the candidate's own term was durable before it asked; the pledge takes over the highest term reported, with the vote
/// in it spent, so no second vote is given in that term.</para>
/// <para><b>Why all must be pledged first.</b> The first entry of the cluster can then state that every founder has
/// started (<see cref="ClusterMember.HasStarted"/>): from the first entry on, an empty disk under the id of a founder
/// is a lost one, and the cluster refuses it. The price is that every founder has to be up once, at the same time.
/// </para>
/// <para><b>Other clusters.</b> The list need not name a member of the cluster that had this member, if it was edited.
/// So a founder listens for an election timeout before it pledges itself: a leader that counts it as a member reaches
/// it by then. A pledge is worth something in the cluster of its founders and in no other, so a founder
/// without entries takes part in no other (<see cref="MembershipNotices.TurnAwayOthersCluster"/>).</para>
/// <para>A founder that is alone on its list has no other to ask. It agrees with itself when it campaigns; until then
/// it listens, and a cluster that knows it refuses it for its lost disk.</para>
/// </remarks>
internal sealed class Founding(
    RaftState state, AppendPipeline appends, MembershipView membership, RoleTransitions roles)
{
    /// <summary>What this member says of itself.</summary>
    public FounderReport Report
    {
        get
        {
            FoundingState durable = appends.DurableFounding;
            ulong founders = durable.Stage == FoundingStage.Undecided && membership.IsFresh
                ? FoundingState.HashOf(state.Tracker.Configuration)
                : durable.Founders;
            return new FounderReport(state.Id, founders, durable.Stage, membership.IsFresh, state.Term);
        }
    }

    /// <summary>Whether this member has to ask the other founders.</summary>
    public bool IsAsking =>
        membership.IsFresh && membership.IsTakingPart && state.Founding.Stage != FoundingStage.Agreed
        && state.Leader.IsNone && state.Tracker.Configuration.Voters.Length > 1
        && state.Tracker.IsVoter(state.Id);

    /// <summary>Takes what the other founders reported. All of it was asked for in this life.</summary>
    /// <param name="reports">The reports, in any order; those of strangers and of this member do not count.</param>
    public void Take(ReadOnlySpan<FounderReport> reports)
    {
        if (!IsAsking)
        {
            return;
        }

        ulong founders = FoundingState.HashOf(state.Tracker.Configuration);
        int others = state.Tracker.Configuration.Voters.Length - 1;
        int empty = 0;
        int pledged = 0;
        bool isAgreed = false;
        ulong term = 0;
        foreach (MemberId founder in state.Tracker.Configuration.Voters)
        {
            if (founder == state.Id || Find(reports, founder) is not { } report || report.Founders != founders)
            {
                continue;
            }

            term = Math.Max(term, report.Term);
            empty += report.HoldsNothing ? 1 : 0;
            pledged += report.Stage >= FoundingStage.Pledged ? 1 : 0;
            isAgreed |= report.Stage == FoundingStage.Agreed;
        }

        if (state.Founding.Stage == FoundingStage.Undecided)
        {
            if (empty == others && state.Now >= (ulong)state.Options.ElectionTicks)
            {
                Pledge(founders, term);
            }
        }
        else if (isAgreed || pledged == others)
        {
            AgreeOncePledged();
        }
    }

    /// <summary>A founder campaigns with an empty log, or leads: it had agreed.</summary>
    public void HearOfAgreement()
    {
        if (state.Founding.Stage == FoundingStage.Pledged)
        {
            AgreeOncePledged();
        }
    }

    /// <summary>A founder that is alone campaigns.</summary>
    public void AgreeAlone()
    {
        if (membership.IsUndecided)
        {
            state.Founding = FoundingState.AgreedOn(state.Tracker.Configuration);
        }
    }

    private static FounderReport? Find(ReadOnlySpan<FounderReport> reports, MemberId founder)
    {
        foreach (ref readonly FounderReport report in reports)
        {
            if (report.From == founder)
            {
                return report;
            }
        }

        return null;
    }

    // The others conclude from a campaign that the pledges of all are on their disks, the campaigner's own among them.
    private void AgreeOncePledged()
    {
        if (appends.DurableFounding.Stage >= FoundingStage.Pledged)
        {
            state.Founding = state.Founding with { Stage = FoundingStage.Agreed };
        }
    }

    private void Pledge(ulong founders, ulong term)
    {
        state.Founding = new FoundingState(founders, FoundingStage.Pledged);
        if (term > state.Term)
        {
            roles.BecomeFollower(term, MemberId.None);
        }

        if (term == state.Term && term > 0)
        {
            // An earlier disk of this member may have voted in this term.
            state.Vote = state.Id;
        }
    }
}
