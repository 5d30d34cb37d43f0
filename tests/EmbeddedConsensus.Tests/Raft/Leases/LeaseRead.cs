using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Raft.Leases;

/// <summary>A linearizable read, with what was committed when it was invoked.</summary>
internal sealed class LeaseRead(ulong required, Action<LeaseRead> released) : PendingRead
{
    /// <summary>Every entry up to here was committed somewhere before the read was invoked, so the read must see it.
    /// </summary>
    public ulong Required { get; } = required;

    protected override void OnReleased() => released(this);

    protected override void OnFailed(Exception exception) =>
        throw new InvalidOperationException("Nobody ends a read of these runs but by serving it.", exception);
}
