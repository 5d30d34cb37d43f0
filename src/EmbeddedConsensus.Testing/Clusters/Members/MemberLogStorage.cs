using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The log of one life of a member. Its writes can take virtual time or hang, and end with the life: what was
/// not written by then is lost.</summary>
/// <param name="disk">What the test wants of the disk.</param>
/// <param name="inner">The log.</param>
internal sealed class MemberLogStorage(MemberDisk disk, ILogStorage inner) : ILogStorage
{
    private readonly CancellationTokenSource _powerCut = new();

    /// <summary>Ends the life. Writes that are under way are lost.</summary>
    public void CutPower() => _powerCut.Cancel();

    /// <inheritdoc />
    public ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default) =>
        inner.RecoverAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask AppendAsync(ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
    {
        Task pass = disk.PassAsync(_powerCut.Token);
        return pass.IsCompletedSuccessfully
            ? inner.AppendAsync(writes, cancellationToken)
            : new ValueTask(AppendLaterAsync(pass, writes, cancellationToken));
    }

    /// <inheritdoc />
    public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(firstIndex, lastIndex, maxBytes, cancellationToken);

    /// <inheritdoc />
    public ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default) =>
        inner.DropPrefixAsync(through, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _powerCut.CancelAsync().ConfigureAwait(false);
        await inner.DisposeAsync().ConfigureAwait(false);
        _powerCut.Dispose();
    }

    private async Task AppendLaterAsync(
        Task pass, ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken)
    {
        try
        {
            await pass.ConfigureAwait(false);
        }
        catch (OperationCanceledException exception)
        {
            throw new StorageException("The member has crashed, and the write with it.", exception);
        }

        await inner.AppendAsync(writes, cancellationToken).ConfigureAwait(false);
    }
}
