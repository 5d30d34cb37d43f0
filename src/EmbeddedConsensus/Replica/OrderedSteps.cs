namespace EmbeddedConsensus.Replica;

/// <summary>Runs asynchronous steps one behind the other, in the order in which they came. The first that fails is the
/// last that runs.</summary>
internal sealed class OrderedSteps(Action<Exception> failed)
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Completes when the steps so far have run, or one has failed.</summary>
    public Task Idle
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>Runs a step behind those before it.</summary>
    public void Enqueue(Func<Task> step)
    {
        lock (_gate)
        {
            _last = RunBehindAsync(_last, step);
        }
    }

    private async Task RunBehindAsync(Task previous, Func<Task> step)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await step().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failed(exception);

            // What follows waits for ever: nothing may be built on a failed step.
            await new TaskCompletionSource().Task.ConfigureAwait(false);
        }
    }
}
