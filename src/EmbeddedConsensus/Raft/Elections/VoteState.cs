namespace EmbeddedConsensus.Raft;

/// <summary>What a member answered in the current campaign, or the outcome of a campaign.</summary>
internal enum VoteState : byte
{
    /// <summary>No answer, or no decision, yet.</summary>
    Pending = 0,

    /// <summary>A vote was granted; or a campaign is won.</summary>
    Granted = 1,

    /// <summary>A vote was refused; or a campaign is lost.</summary>
    Rejected = 2,
}
