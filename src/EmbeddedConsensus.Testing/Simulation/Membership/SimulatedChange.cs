using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Testing.Simulation.Membership;

/// <summary>One attempt of the operator to have a change of the membership carried out.</summary>
internal sealed class SimulatedChange(MembershipOrder order) : PendingConfigurationChange
{
    /// <inheritdoc />
    protected override void OnCompleted(ClusterConfiguration configuration, ulong index) =>
        order.Completed(this, configuration);

    /// <inheritdoc />
    protected override void OnRefused(ChangeRefusal refusal, MemberId leader) =>
        order.Refused(this, refusal.Kind);

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => order.Failed(this);
}
