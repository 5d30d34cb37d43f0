using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>Receives what other members send: messages go to consensus, requests about the membership are answered here
/// or forwarded to the leader.</summary>
/// <remarks>Any process can send a request, so what one may do depends on whether it carries the cluster's id, a random
/// number that a member learns from the log. Without it a process may ask to join and where the members are. It is not
/// told the id, cannot change the membership, and cannot say where a member is: a member's messages are taken from the
/// process at its address.</remarks>
internal sealed class MembershipRequests(
    IMembershipReplica replica, MembershipClient client, MembershipChanges changes) : ITransportReceiver
{
    /// <inheritdoc />
    public ValueTask ReceiveAsync(RaftMessage message) => replica.ReceiveAsync(message);

    /// <inheritdoc />
    public void PeerUnreachable(MemberId peer) => replica.PeerUnreachable(peer);

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> HandleRequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        MembershipRequest decoded = MembershipCodec.DecodeRequest(request.Span);
        replica.ThrowIfNotRunning();
        return MembershipCodec.Encode(await AnswerAsync(decoded, cancellationToken).ConfigureAwait(false));
    }

    private async Task<MembershipAnswer> AnswerAsync(MembershipRequest request, CancellationToken cancellationToken)
    {
        ReplicaView view = replica.View!;
        ulong clusterId = view.CommittedConfiguration.ClusterId;
        if (request.ClusterId == clusterId || clusterId == 0)
        {
            return await AnswerMemberAsync(request, view, cancellationToken).ConfigureAwait(false);
        }

        if (request.ClusterId != 0)
        {
            return WithoutClusterId(client.NewAnswer(MembershipAnswerStatus.WrongCluster) with
            {
                Text = $"Member {replica.Self} does not belong to cluster {request.ClusterId:x} but to another one of "
                    + "the same name. Check the addresses; if a new cluster was forced from a survivor, "
                    + "remove the old members' data and let them join under new ids.",
            });
        }

        if (request.Kind == MembershipRequestKind.Change)
        {
            return WithoutClusterId(client.NewAnswer(MembershipAnswerStatus.Retry) with
            {
                Text = $"The sender does not know the id of the cluster of member {replica.Self}. A member can change "
                    + "the membership when it has heard from a leader.",
            });
        }

        return WithoutClusterId(
            await AnswerMemberAsync(request with { Address = "" }, view, cancellationToken).ConfigureAwait(false));
    }

    private static MembershipAnswer WithoutClusterId(MembershipAnswer answer) => answer with
    {
        ClusterId = 0, Configuration = answer.Configuration is { } known ? known with { ClusterId = 0 } : null,
    };

    private async Task<MembershipAnswer> AnswerMemberAsync(
        MembershipRequest request, ReplicaView view, CancellationToken cancellationToken)
    {
        if (request.Kind is MembershipRequestKind.Introduce or MembershipRequestKind.Change)
        {
            if (await client.FindTwinAsync(request, cancellationToken).ConfigureAwait(false) is { } address)
            {
                return client.NewAnswer(MembershipAnswerStatus.Refused) with
                {
                    Refusal = MembershipRefusal.MemberIdUsed, Text = MembershipClient.TwinAt(request.From, address),
                };
            }

            client.LearnAddress(request.From, request.Address);
        }

        if (request.Kind is MembershipRequestKind.Introduce or MembershipRequestKind.Found)
        {
            return client.NewAnswer(MembershipAnswerStatus.Done) with
            {
                Configuration = view.CommittedConfigurationIndex == 0 ? null : view.CommittedConfiguration,
                ConfigurationIndex = view.CommittedConfigurationIndex,
            };
        }

        return view.Role == ReplicaRole.Leader
            ? await changes.AtLeaderAsync(request, cancellationToken).ConfigureAwait(false)
            : await ForwardAsync(request, view, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MembershipAnswer> ForwardAsync(
        MembershipRequest request, ReplicaView view, CancellationToken cancellationToken)
    {
        string? leader = client.Find(view.Leader);
        if (leader is null || request.IsForLeader)
        {
            return client.NewAnswer(MembershipAnswerStatus.Retry) with
            {
                Text = view.Leader.IsNone
                    ? $"Member {replica.Self} knows no leader now."
                    : $"Member {replica.Self} does not lead; member {view.Leader} does.",
            };
        }

        try
        {
            return await client.AskAsync(leader, request with { IsForLeader = true }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            return client.NewUnanswered(exception);
        }
    }
}
