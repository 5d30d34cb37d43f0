using System.Threading.Tasks.Sources;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>The one commit in progress, awaited without allocation.</summary>
internal sealed class CommitCompletion : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private long _target;

    /// <summary>Whether a commit is in progress.</summary>
    public bool IsPending => Volatile.Read(ref _target) != 0;

    /// <summary>Starts to wait.</summary>
    /// <param name="target">The address up to which the log must be flushed.</param>
    public ValueTask Begin(long target)
    {
        _core.Reset();
        Volatile.Write(ref _target, target);
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Ends the wait if the log is flushed far enough.</summary>
    /// <param name="flushedUntil">How far it is flushed.</param>
    public void TryComplete(long flushedUntil)
    {
        long target = Volatile.Read(ref _target);
        if (target != 0 && flushedUntil >= target && Interlocked.CompareExchange(ref _target, 0, target) == target)
        {
            _core.SetResult(true);
        }
    }

    /// <summary>Ends the wait, if there is one, with a failure.</summary>
    /// <param name="reason">The awaiter's exception.</param>
    public void TryFail(Exception reason)
    {
        if (Interlocked.Exchange(ref _target, 0) != 0)
        {
            _core.SetException(reason);
        }
    }

    /// <inheritdoc />
    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    /// <inheritdoc />
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc />
    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
