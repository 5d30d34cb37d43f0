using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>A log whose flushes hang while a test wants it.</summary>
internal sealed class HangingLogStorage(ILogStorage inner) : DelegatingLogStorage(inner)
{
    private volatile TaskCompletionSource? _hang;

    public void Hang() => _hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _hang?.TrySetResult();

    public override async ValueTask AppendAsync(
        ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
    {
        if (_hang is { } hang)
        {
            await hang.Task.WaitAsync(cancellationToken);
        }

        await base.AppendAsync(writes, cancellationToken);
    }
}
