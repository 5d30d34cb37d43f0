namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Does in a member's process what the parent asks about the membership.</summary>
/// <param name="manager">The member's side of it.</param>
internal sealed class MembershipRequests(IClusterManager manager)
{
    // The parent asks again, maybe somebody else.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Does it.</summary>
    /// <param name="request">What.</param>
    /// <returns>The members, with their addresses.</returns>
    public async Task<IReadOnlyList<NodeSettings.NodeAddress>> HandleAsync(NodeRequest.Membership request)
    {
        using CancellationTokenSource patience = new(Patience);
        ClusterMembership membership = await ChangeAsync(request, patience.Token);
        return [.. membership.Members.Select(static member =>
            new NodeSettings.NodeAddress(member.Id.Value, member.Address))];
    }

    private ValueTask<ClusterMembership> ChangeAsync(
        NodeRequest.Membership request, CancellationToken cancellationToken) => request switch
    {
        NodeRequest.GetMembers => manager.GetMembershipAsync(cancellationToken: cancellationToken),
        NodeRequest.AddMember add =>
            manager.AddMemberAsync(add.Member.ToPeer(), cancellationToken: cancellationToken),
        NodeRequest.RemoveMember remove => manager.RemoveMemberAsync(new MemberId(remove.Member), cancellationToken),
        NodeRequest.ReplaceMember replace => manager.ReplaceMemberAsync(
            new MemberId(replace.Member), replace.Replacement.ToPeer(), cancellationToken),
        NodeRequest.ChangeMembers change => manager.ChangeMembersAsync(
            (MemberEndpoint[])[.. change.Voters.Select(static voter => voter.ToPeer())], cancellationToken),
        _ => throw new InvalidOperationException($"Nobody handles {request.GetType().Name}."),
    };
}
