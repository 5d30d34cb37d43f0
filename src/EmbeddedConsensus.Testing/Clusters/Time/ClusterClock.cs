using EmbeddedConsensus.Testing.Clusters;

namespace EmbeddedConsensus.Testing;

/// <summary>
/// Moves virtual time: from one timer to the next, and before each step the cluster comes to rest, so that nothing is
/// under way but what waits for time.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="turns">The turns of all replicas, and of the app's tasks that take turns with them.</param>
/// <param name="describe">Describes the cluster, for the message about one that hangs.</param>
internal sealed class ClusterClock(VirtualTimeProvider time, TurnQueue turns, Func<string> describe) : IDisposable
{
    // An app that calls without a pause does not stop the clock: after this many turns time passes.
    private const int MaxTurnsPerStep = 16_000;

    // In real time: a replica that takes longer is taken to hang.
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _step = new(1);
    private volatile bool _isStopped;

    /// <summary>Ends the waits that are under way at their next step, and refuses new ones.</summary>
    public void Dispose() => _isStopped = true;

    /// <summary>Moves the clock from timer to timer until a condition holds or a time has come.</summary>
    /// <param name="condition">The condition; evaluated whenever the cluster is at rest.</param>
    /// <param name="end">The last instant to move to.</param>
    /// <param name="context">The test's synchronization context, if it has one: what is posted there may call the
    /// store.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the condition holds.</returns>
    /// <exception cref="ClusterTimeoutException">The cluster does not come to rest.</exception>
    /// <exception cref="ObjectDisposedException">The cluster was disposed.</exception>
    public async Task<bool> RunUntilAsync(
        Func<bool> condition, DateTimeOffset end, SynchronizationContext? context, CancellationToken cancellationToken)
    {
        while (true)
        {
            // One step at a time: several waits may share the clock.
            await _step.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ObjectDisposedException.ThrowIf(_isStopped, typeof(ConsensusTestCluster));
                await ComeToRestAsync(context, cancellationToken).ConfigureAwait(false);
                if (condition())
                {
                    return true;
                }

                if (time.GetUtcNow() >= end)
                {
                    return false;
                }

                await FireNextAsync(end).ConfigureAwait(false);
            }
            finally
            {
                _step.Release();
            }
        }
    }

    /// <summary>Waits until the replicas have nothing more to do at this instant, so that a fault always meets the same
    /// state, however fast the machine is.</summary>
    public void LetReplicasRest()
    {
        if (AppTurn.Current is { } turn)
        {
            // An app task that causes a fault would otherwise wait for itself.
            turns.Detach(turn);
        }

        turns.WhenAtRestAsync(MaxTurnsPerStep, forApp: false).Wait(HangLimit);
    }

    // Firing everything due at an instant is one turn, so no replica runs in between, unless a timer of the app waits
    // for the replicas.
    private async Task FireNextAsync(DateTimeOffset end)
    {
        Task fired = turns.StartAsync(() =>
        {
            time.AdvanceToNext(end);
            return Task.CompletedTask;
        });
        await WithoutHangingAsync(fired, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ComeToRestAsync(SynchronizationContext? context, CancellationToken cancellationToken)
    {
        long limit = turns.Turns + MaxTurnsPerStep;
        while (true)
        {
            Task rest = turns.WhenAtRestAsync((int)Math.Max(1, limit - turns.Turns), forApp: true);
            await WithoutHangingAsync(rest, cancellationToken).ConfigureAwait(false);

            // A caller that has just received its answer may have the next call ready.
            long before = turns.Turns;
            await PoolBarrier.PassAsync(context).ConfigureAwait(false);
            await PoolBarrier.PassAsync(context).ConfigureAwait(false);
            if ((turns.Turns == before && turns.IsAtRest) || turns.Turns >= limit)
            {
                return;
            }
        }
    }

    // For what needs no virtual time.
    private async Task WithoutHangingAsync(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(HangLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception) when (!task.IsCompleted)
        {
            throw new ClusterTimeoutException(
                $"The cluster has not come to rest for {HangLimit} of real time: {turns.Activity}."
                + $"{Environment.NewLine}{describe()}", exception);
        }
    }
}
