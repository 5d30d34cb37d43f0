using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Makes appends to a log wait before they reach it, as on a disk that others keep busy. What waits is lost
/// when the process is killed, as on a disk that loses power.</summary>
internal sealed class SlowableDisk
{
    private int _delayMs;

    /// <summary>How long each append waits, in milliseconds.</summary>
    public int DelayMs
    {
        get => Volatile.Read(ref _delayMs);
        set => Volatile.Write(ref _delayMs, value);
    }

    /// <summary>The log behind this disk.</summary>
    /// <param name="log">The log.</param>
    public ILogStorage Wrap(ILogStorage log) => new SlowLog(this, log);

    private sealed class SlowLog(SlowableDisk disk, ILogStorage log) : ILogStorage
    {
        public ValueTask<RecoveredLog> RecoverAsync(CancellationToken cancellationToken = default) =>
            log.RecoverAsync(cancellationToken);

        public async ValueTask AppendAsync(
            ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
        {
            if (disk.DelayMs > 0)
            {
                await Task.Delay(disk.DelayMs, cancellationToken);
            }

            await log.AppendAsync(writes, cancellationToken);
        }

        public ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
            ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default) =>
            log.ReadAsync(firstIndex, lastIndex, maxBytes, cancellationToken);

        public ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default) =>
            log.DropPrefixAsync(through, cancellationToken);

        public ValueTask DisposeAsync() => log.DisposeAsync();
    }
}
