using System.Diagnostics;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>Tells a test that awaits a call which only time can end, and lets none pass: it would hang.</summary>
/// <param name="time">The clock of the cluster.</param>
/// <param name="stallLimit">How long, in real time, a call may wait while the clock stands still.</param>
/// <param name="describe">Tells how the cluster stands.</param>
internal sealed class StallGuard(VirtualTimeProvider time, TimeSpan stallLimit, Func<string> describe)
{
    /// <summary>A call that ends as another does, or when time stands still for too long.</summary>
    public ValueTask<T> Watch<T>(ValueTask<T> call) =>
        call.IsCompleted ? call : new ValueTask<T>(WatchAsync(call.AsTask()));

    /// <inheritdoc cref="Watch{T}(ValueTask{T})" />
    public ValueTask Watch(ValueTask call) => call.IsCompleted ? call : new ValueTask(WatchAsync(call.AsTask()));

    private async Task<T> WatchAsync<T>(Task<T> call)
    {
        await WatchAsync((Task)call).ConfigureAwait(false);
        return await call.ConfigureAwait(false);
    }

    /// <summary>Waits for a call. A test that awaits a call which only time can end, and lets none pass, would
    /// hang.</summary>
    private async Task WatchAsync(Task call)
    {
        while (true)
        {
            TimeSpan before = time.Elapsed;
            try
            {
                await call.WaitAsync(stallLimit).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException exception) when (!call.IsCompleted)
            {
                if (time.Elapsed == before && !Debugger.IsAttached)
                {
                    throw new ClusterTimeoutException(
                        $"The call needs virtual time to pass, and for {stallLimit} none has. Let time pass while it "
                        + $"is under way: await cluster.RunUntilAsync(call).{Environment.NewLine}{describe()}",
                        exception);
                }
            }
        }
    }
}
