namespace EmbeddedConsensus.Raft;

/// <summary>What a member says of itself when a founder asks it.</summary>
/// <param name="From">The member.</param>
/// <param name="Founders">The list of founders that it has agreed to, or that it was started with
/// (<see cref="FoundingState.HashOf"/>); zero for a member that joins.</param>
/// <param name="Stage">How far it has come with that list, durably.</param>
/// <param name="HoldsNothing">Whether it holds neither an entry nor a snapshot, in memory or on disk.</param>
/// <param name="Term">Its term.</param>
internal readonly record struct FounderReport(
    MemberId From, ulong Founders, FoundingStage Stage, bool HoldsNothing, ulong Term);
