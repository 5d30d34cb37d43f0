namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Executes the parent's membership requests in a member's process.</summary>
/// <param name="manager">The member's cluster manager.</param>
internal sealed class MembershipRequests(IClusterManager manager)
{
    // The parent repeats the request, possibly at another member.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Executes a request.</summary>
    /// <param name="request">The request.</param>
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
        _ => throw new InvalidOperationException($"There is no handler for {request.GetType().Name}."),
    };
}
