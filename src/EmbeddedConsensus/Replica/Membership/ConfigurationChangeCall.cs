using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica.Membership;

/// <summary>A change of the membership that this member, as the leader, executes for itself or for another.</summary>
/// <param name="completion">Decides where the waiter's continuation runs.</param>
internal sealed class ConfigurationChangeCall(CallCompletion completion) : PendingConfigurationChange
{
    private readonly CallTaskSource<(ClusterConfiguration Configuration, ulong Index)> _source =
        new(completion);

    /// <summary>The configuration that the change led to, and its index. Fails with
    /// <see cref="MembershipChangeRefusedException"/>, or with the reason for which the replica ended.</summary>
    public Task<(ClusterConfiguration Configuration, ulong Index)> Task => _source.Task;

    /// <inheritdoc />
    protected override void OnCompleted(ClusterConfiguration configuration, ulong index) =>
        _source.SetResult((configuration, index));

    /// <inheritdoc />
    protected override void OnRefused(ChangeRefusal refusal, MemberId leader) =>
        _source.SetException(new MembershipChangeRefusedException(refusal.Kind, ChangeRefusalText.Of(refusal)));

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => _source.SetException(exception);
}
