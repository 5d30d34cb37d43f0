namespace EmbeddedConsensus.Replica;

/// <summary>Runs asynchronous steps one after another, in the order in which they came. The first that fails is the
/// last that runs.</summary>
internal sealed class OrderedSteps(IFaultEvents events, IReplicaSchedule? schedule)
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private volatile bool _hasFailed;

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

    /// <summary>Runs a step after those before it, unless one of them has failed: nothing may build on that.</summary>
    public void Enqueue(Func<Task> step) => Enqueue(step, isCleanUp: false);

    /// <summary>Runs a step after those before it, whether they failed or not.</summary>
    public void EnqueueCleanUp(Func<Task> step) => Enqueue(step, isCleanUp: true);

    private void Enqueue(Func<Task> step, bool isCleanUp)
    {
        schedule?.WorkBegins();
        lock (_gate)
        {
            _last = RunAfterAsync(_last, step, isCleanUp);
        }
    }

    private async Task RunAfterAsync(Task previous, Func<Task> step, bool isCleanUp)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (!_hasFailed || isCleanUp)
            {
                await step().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // A storage fault ends the replica, never the host (design decision D12).
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _hasFailed = true;
            events.Failed(exception);
        }
        finally
        {
            schedule?.WorkEnds();
        }
    }
}
