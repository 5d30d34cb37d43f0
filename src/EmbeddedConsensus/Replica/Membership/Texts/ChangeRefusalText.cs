using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Refusals of membership changes, as sentences for an operator.</summary>
internal static class ChangeRefusalText
{
    private const int MaxRangesListed = 4;

    /// <summary>Why a change was refused, with the members concerned and what to do.</summary>
    /// <param name="refusal">The refusal.</param>
    public static string Of(ChangeRefusal refusal) => refusal switch
    {
        ChangeRefusal.NotLeader { Leader.IsNone: true } it =>
            $"Member {it.Self} does not lead, and knows no leader. Try again when there is one.",
        ChangeRefusal.NotLeader it => $"Member {it.Self} does not lead; member {it.Leader} does.",
        ChangeRefusal.HandingOver it => $"Leadership is being handed over to member {it.Target}. Try again soon.",
        ChangeRefusal.TermNotCommitted =>
            "The leader has not committed an entry of its term yet. Try again soon.",
        ChangeRefusal.LeaderHasNoVote it =>
            $"The leader, member {it.Leader}, has lost its vote and is about to hand over. Try again soon.",
        ChangeRefusal.EntryUnderWay it =>
            $"The change in entry {it.Index} is under way. Wait until it is done.",
        ChangeRefusal.VotersPlanned it =>
            $"The voters {string.Join(", ", it.Voters)} are planned, and take over when all of them have caught up. "
            + "Wait for that, or cancel it.",
        ChangeRefusal.PlanCancelled => "The change was begun, and a later one has undone it or cancelled its plan.",
        ChangeRefusal.IdInUse or ChangeRefusal.IdUsedBefore or ChangeRefusal.NoMemberId => OfId(refusal),
        ChangeRefusal.AddressInUse or ChangeRefusal.AddressNamedTwice or ChangeRefusal.InvalidAddress =>
            OfAddress(refusal),
        _ => OfVoters(refusal),
    };

    /// <summary>Which ids a new member may take.</summary>
    /// <param name="configuration">The configuration that records the used ids.</param>
    public static string UnusedIds(ClusterConfiguration configuration)
    {
        string above = $"above {configuration.LastMemberId}";
        if (configuration.UnusedIds.IsEmpty)
        {
            return above;
        }

        string more = configuration.UnusedIds.Length > MaxRangesListed ? ", ..." : "";
        return $"{above}, or one of {string.Join(", ", configuration.UnusedIds.Take(MaxRangesListed))}{more}";
    }

    private static string OfId(ChangeRefusal refusal) => refusal switch
    {
        ChangeRefusal.IdInUse it =>
            $"Member {it.Member} is in the cluster, at '{it.Current.Find(it.Member)?.Address}', or named twice. To "
            + $"change its address, update it; for a new member take an id {UnusedIds(it.Current)}.",
        ChangeRefusal.IdUsedBefore it =>
            $"The id {it.Member} was used before, or may have been. An id is never given to another member, because "
            + "messages and data of the old one may remain: take one "
            + $"{UnusedIds(it.Current)}.",
        _ => "The id 0 names no member.",
    };

    private static string OfAddress(ChangeRefusal refusal) => refusal switch
    {
        ChangeRefusal.AddressInUse it =>
            $"Member {it.Owner} has the address '{it.Address}'. Remove that member first, or give the new one another "
            + "address.",
        ChangeRefusal.AddressNamedTwice it => $"Two new members have the address '{it.Address}'.",
        ChangeRefusal.InvalidAddress it =>
            $"The address of member {it.Member} is empty, has blanks or control characters, or is longer than "
            + $"{ClusterConfigurationCodec.MaxAddressBytes} bytes.",
        _ => throw Unknown(refusal),
    };

    private static string OfVoters(ChangeRefusal refusal) => refusal switch
    {
        ChangeRefusal.UnknownMember it => $"Member {it.Member} is not in the cluster.",
        ChangeRefusal.NotAVoter it =>
            $"Member {it.Member} has no vote, so no voter can take its place. Remove it and add the new member "
            + "instead.",
        ChangeRefusal.LearnerNotHeard it =>
            $"Learner {it.Learner} was not heard from within an election timeout. Start it, and try again.",
        ChangeRefusal.LearnerLags it =>
            $"Learner {it.Learner} is too far behind to vote: as a voter it would delay every write. Wait, and try "
            + "again.",
        ChangeRefusal.QuorumWouldBeLost it =>
            $"Of the {it.Voters} voters that there would be, {string.Join(", ", it.Silent)} were not heard from within "
            + "an election timeout or hold nothing of the log. The others are no majority, so no write could commit "
            + "any more. Start the silent ones, or remove them first.",
        ChangeRefusal.OnlyVoter it =>
            $"Member {it.Member} is the only voter. A cluster without voters can never commit anything again. Add "
            + "another voter first.",
        ChangeRefusal.NoVoters =>
            "The change names no voter. A cluster without voters can never commit anything again. Name at least one.",
        ChangeRefusal.TooManyMembers it =>
            $"There would be {it.Count} members; at most {ClusterConfigurationCodec.MaxMembers} are allowed.",
        ChangeRefusal.TooManyVoters it =>
            $"There would be {it.Count} voters; at most {ClusterConfigurationCodec.MaxVoters} are allowed.",
        _ => throw Unknown(refusal),
    };

    private static InvariantViolationException Unknown(ChangeRefusal refusal) =>
        new($"No text exists for the refusal {refusal.GetType().Name}.");
}
