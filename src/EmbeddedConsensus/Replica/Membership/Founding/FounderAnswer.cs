namespace EmbeddedConsensus.Replica.Membership;

/// <summary>What came of asking one address.</summary>
/// <param name="Member">The member that is listed there.</param>
/// <param name="Answer">Its answer; null when there was none.</param>
internal readonly record struct FounderAnswer(MemberEndpoint Member, MembershipAnswer? Answer);
