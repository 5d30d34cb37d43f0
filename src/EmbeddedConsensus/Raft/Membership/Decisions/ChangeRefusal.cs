using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>Why a membership change is refused: one record per reason, with the facts that an operator needs. The
/// sentences are made above consensus.</summary>
/// <param name="Kind">The reason that callers see.</param>
internal abstract record ChangeRefusal(MembershipRefusal Kind)
{
    /// <summary>This member does not lead.</summary>
    /// <param name="Self">This member.</param>
    /// <param name="Leader">The leader, or none if it is not known.</param>
    public sealed record NotLeader(MemberId Self, MemberId Leader) : ChangeRefusal(MembershipRefusal.NotLeader);

    /// <summary>The leader is handing leadership over.</summary>
    /// <param name="Target">The member that is to lead.</param>
    public sealed record HandingOver(MemberId Target) : ChangeRefusal(MembershipRefusal.NotReady);

    /// <summary>The leader has not committed an entry of its term yet.</summary>
    public sealed record TermNotCommitted() : ChangeRefusal(MembershipRefusal.NotReady);

    /// <summary>The leader has lost its vote and is about to hand over.</summary>
    /// <param name="Leader">The leader.</param>
    public sealed record LeaderHasNoVote(MemberId Leader) : ChangeRefusal(MembershipRefusal.NotReady);

    /// <summary>The entry of an earlier change, or a joint configuration, is under way.</summary>
    /// <param name="Index">The index of the latest configuration in the log.</param>
    public sealed record EntryUnderWay(ulong Index) : ChangeRefusal(MembershipRefusal.ChangeInProgress);

    /// <summary>Other voters are planned.</summary>
    /// <param name="Voters">The planned voters.</param>
    public sealed record VotersPlanned(ImmutableArray<MemberId> Voters)
        : ChangeRefusal(MembershipRefusal.ChangeInProgress);

    /// <summary>The member is not in the cluster.</summary>
    /// <param name="Member">The member.</param>
    public sealed record UnknownMember(MemberId Member) : ChangeRefusal(MembershipRefusal.UnknownMember);

    /// <summary>The member to replace is a learner.</summary>
    /// <param name="Member">The member.</param>
    public sealed record NotAVoter(MemberId Member) : ChangeRefusal(MembershipRefusal.UnknownMember);

    /// <summary>The id belongs to a member at another address, or the change names it twice.</summary>
    /// <param name="Member">The member.</param>
    /// <param name="Current">The configuration that has it.</param>
    public sealed record IdInUse(MemberId Member, ClusterConfiguration Current)
        : ChangeRefusal(MembershipRefusal.MemberIdUsed);

    /// <summary>The id belonged to an earlier member, or may have.</summary>
    /// <param name="Member">The id.</param>
    /// <param name="Current">The configuration that records the used ids.</param>
    public sealed record IdUsedBefore(MemberId Member, ClusterConfiguration Current)
        : ChangeRefusal(MembershipRefusal.MemberIdUsed);

    /// <summary>Another member has the address.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="Owner">That member.</param>
    public sealed record AddressInUse(string Address, MemberId Owner) : ChangeRefusal(MembershipRefusal.AddressInUse);

    /// <summary>The change names an address for two new members.</summary>
    /// <param name="Address">The address.</param>
    public sealed record AddressNamedTwice(string Address) : ChangeRefusal(MembershipRefusal.AddressInUse);

    /// <summary>The id of a new member is 0.</summary>
    public sealed record NoMemberId() : ChangeRefusal(MembershipRefusal.InvalidAddress);

    /// <summary>The address is empty, too long, or has characters that an address cannot have.</summary>
    /// <param name="Member">The member that it was given for.</param>
    public sealed record InvalidAddress(MemberId Member) : ChangeRefusal(MembershipRefusal.InvalidAddress);

    /// <summary>A learner was not heard from within an election timeout.</summary>
    /// <param name="Learner">The learner.</param>
    public sealed record LearnerNotHeard(MemberId Learner) : ChangeRefusal(MembershipRefusal.LearnerNotCaughtUp);

    /// <summary>A learner lags too far to vote.</summary>
    /// <param name="Learner">The learner.</param>
    public sealed record LearnerLags(MemberId Learner) : ChangeRefusal(MembershipRefusal.LearnerNotCaughtUp);

    /// <summary>No majority of the new voters takes part.</summary>
    /// <param name="Voters">The number of voters that there would be.</param>
    /// <param name="Silent">Those that were not heard from, or hold nothing of the log.</param>
    public sealed record QuorumWouldBeLost(int Voters, ImmutableArray<MemberId> Silent)
        : ChangeRefusal(MembershipRefusal.QuorumWouldBeLost);

    /// <summary>The member is the only voter.</summary>
    /// <param name="Member">The member.</param>
    public sealed record OnlyVoter(MemberId Member) : ChangeRefusal(MembershipRefusal.LastVoter);

    /// <summary>The change names no voter.</summary>
    public sealed record NoVoters() : ChangeRefusal(MembershipRefusal.LastVoter);

    /// <summary>There would be too many members.</summary>
    /// <param name="Count">The number of members that there would be.</param>
    public sealed record TooManyMembers(int Count) : ChangeRefusal(MembershipRefusal.TooManyMembers);

    /// <summary>There would be too many voters.</summary>
    /// <param name="Count">The number of voters that there would be.</param>
    public sealed record TooManyVoters(int Count) : ChangeRefusal(MembershipRefusal.TooManyMembers);

    /// <summary>A later change has undone this one, or cancelled its plan.</summary>
    public sealed record PlanCancelled() : ChangeRefusal(MembershipRefusal.PlanCancelled);
}
