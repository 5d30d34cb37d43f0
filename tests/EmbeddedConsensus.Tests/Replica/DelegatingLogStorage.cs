using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A storage that does what another does, to be changed in one point.</summary>
public abstract class DelegatingLogStorage(ILogStorage inner) : ILogStorage
{
    public virtual ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default) =>
        inner.RecoverAsync(cancellationToken);

    public virtual ValueTask AppendAsync(
        ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default) =>
        inner.AppendAsync(writes, cancellationToken);

    public virtual ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(firstIndex, lastIndex, maxBytes, cancellationToken);

    public virtual ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default) =>
        inner.DropPrefixAsync(through, cancellationToken);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }
}
