namespace EmbeddedConsensus;

/// <summary>What the cluster knows of a member.</summary>
/// <param name="Id">The member.</param>
/// <param name="Address">Where the others find it; empty when it was never told.</param>
/// <param name="Role">What it is.</param>
/// <param name="HasStarted">Whether it has held a part of the log. From then on a start on an empty disk is refused.
/// </param>
public sealed record ClusterMemberInfo(MemberId Id, string Address, MemberRole Role, bool HasStarted);
