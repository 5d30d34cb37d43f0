namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>Completes when whatever was queued to the thread pool, or to a synchronization context, before has at least
/// begun: the continuations of calls that have just ended.</summary>
internal sealed class PoolBarrier : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Passes a barrier in the thread pool, and one in a test's own context if it has one.</summary>
    public static async Task PassAsync(SynchronizationContext? context)
    {
        PoolBarrier inPool = new();
        ThreadPool.UnsafeQueueUserWorkItem(inPool, preferLocal: false);
        await inPool._passed.Task.ConfigureAwait(false);
        if (context is not null)
        {
            PoolBarrier inContext = new();
            context.Post(static barrier => ((PoolBarrier)barrier!).Execute(), inContext);
            await inContext._passed.Task.ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Execute() => _passed.TrySetResult();
}
