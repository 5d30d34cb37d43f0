using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Protos;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>The membership.</summary>
/// <param name="store">The store.</param>
internal sealed class ClusterService(EtcdStore store) : Cluster.ClusterBase
{
    private const string Scheme = "http://";

    /// <inheritdoc />
    public override async Task<MemberListResponse> MemberList(MemberListRequest request, ServerCallContext context)
    {
        ClusterMembership membership = await store.Cluster.GetMembershipAsync(
            request.Linearizable ? Consistency.Linearizable : Consistency.Serializable, context.CancellationToken);
        MemberListResponse response = new() { Header = store.Header() };
        response.Members.AddRange(membership.Members.Select(ToProto));
        return response;
    }

    /// <inheritdoc />
    public override async Task<MemberRemoveResponse> MemberRemove(
        MemberRemoveRequest request, ServerCallContext context)
    {
        ClusterMembership membership = await store.Cluster.RemoveMemberAsync(
            new MemberId(request.ID), context.CancellationToken);
        MemberRemoveResponse response = new() { Header = store.Header() };
        response.Members.AddRange(membership.Members.Select(ToProto));
        return response;
    }

    /// <inheritdoc />
    public override async Task<MemberUpdateResponse> MemberUpdate(
        MemberUpdateRequest request, ServerCallContext context)
    {
        ClusterMembership membership = await store.Cluster.UpdateMemberAsync(
            new MemberEndpoint(new MemberId(request.ID), AddressOf(request.PeerURLs)), context.CancellationToken);
        MemberUpdateResponse response = new() { Header = store.Header() };
        response.Members.AddRange(membership.Members.Select(ToProto));
        return response;
    }

    /// <inheritdoc />
    public override async Task<MemberPromoteResponse> MemberPromote(
        MemberPromoteRequest request, ServerCallContext context)
    {
        MemberId member = new(request.ID);
        ClusterMembership before = await store.Cluster.GetMembershipAsync(
            cancellationToken: context.CancellationToken);
        if (before.Find(member) is { Role: not MemberRole.Learner })
        {
            throw EtcdErrors.MemberNotLearner;
        }

        ClusterMembership membership = await store.Cluster.PromoteMemberAsync(member, context.CancellationToken);
        MemberPromoteResponse response = new() { Header = store.Header() };
        response.Members.AddRange(membership.Members.Select(ToProto));
        return response;
    }

    private static Member ToProto(ClusterMemberInfo info)
    {
        Member member = new()
        {
            ID = info.Id.Value,
            Name = info.HasStarted ? info.Id.ToString() : "",
            IsLearner = info.Role is MemberRole.Learner,
        };
        if (info.Address.Length > 0)
        {
            member.PeerURLs.Add(Scheme + info.Address);
        }

        return member;
    }

    private static string AddressOf(IReadOnlyList<string> urls) =>
        urls is [string url] && Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Port > 0
            ? uri.Authority
            : throw EtcdErrors.BadMemberUrls;
}
