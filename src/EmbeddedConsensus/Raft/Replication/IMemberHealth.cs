namespace EmbeddedConsensus.Raft;

/// <summary>What a leader knows of the members' health, as far as changes of the membership depend on it.</summary>
internal interface IMemberHealth
{
    /// <summary>Whether a member was heard from within an election timeout.</summary>
    /// <param name="member">The member.</param>
    bool IsHeard(MemberId member);

    /// <summary>Whether a member is known to hold a part of the log. One that does not, a new one, would not vote for
    /// those that do.</summary>
    /// <param name="member">The member.</param>
    bool HoldsLog(MemberId member);

    /// <summary>Whether a member would not hold up commits as a voter: see <see cref="CatchUpRounds"/>.</summary>
    /// <param name="member">The member.</param>
    bool IsCaughtUp(MemberId member);
}
