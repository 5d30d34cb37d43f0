using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>What arrives from other members: messages go to the consensus lane, requests about the membership are
/// answered here, or carried to the leader.</summary>
internal sealed class MembershipRequests(ReplicaHost host, ConsensusLoop lane, MembershipChanges changes)
    : ITransportReceiver
{
    /// <inheritdoc />
    public ValueTask ReceiveAsync(RaftMessage message) => lane.ReceiveAsync(message);

    /// <inheritdoc />
    public void PeerUnreachable(MemberId peer) => lane.PeerUnreachable(peer);

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> HandleRequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        MembershipRequest decoded = MembershipCodec.DecodeRequest(request.Span);
        host.ThrowIfNotRunning();
        return MembershipCodec.Encode(await AnswerAsync(decoded, cancellationToken).ConfigureAwait(false));
    }

    private async Task<MembershipAnswer> AnswerAsync(MembershipRequest request, CancellationToken cancellationToken)
    {
        ReplicaView view = host.View!;
        ulong clusterId = view.CommittedConfiguration.ClusterId;
        if (request.ClusterId != clusterId && request.ClusterId != 0 && clusterId != 0)
        {
            return host.NewAnswer(MembershipAnswerStatus.WrongCluster) with
            {
                Text = $"Member {host.Self} belongs to cluster {clusterId:x}, and not to {request.ClusterId:x}: "
                    + "another one of the same name. Check the addresses; if a new cluster was forced from a survivor, "
                    + "remove the old members' data and let them join under new ids.",
            };
        }

        if (request.Kind != MembershipRequestKind.Join)
        {
            host.LearnAddress(request.From, request.Address);
        }

        if (request.Kind == MembershipRequestKind.Introduce)
        {
            return host.NewAnswer(MembershipAnswerStatus.Done) with
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
        string? leader = host.Peers.Find(view.Leader);
        if (leader is null || request.IsForLeader)
        {
            return host.NewAnswer(MembershipAnswerStatus.Retry) with
            {
                Text = view.Leader.IsNone
                    ? $"Member {host.Self} knows no leader now."
                    : $"Member {host.Self} does not lead; member {view.Leader} does.",
            };
        }

        try
        {
            return await host.AskAsync(leader, request with { IsForLeader = true }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            return host.NewUnanswered(exception);
        }
    }
}
