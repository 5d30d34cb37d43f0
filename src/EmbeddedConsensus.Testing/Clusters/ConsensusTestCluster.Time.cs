using System.Runtime.CompilerServices;
using EmbeddedConsensus.Testing.Clusters;

namespace EmbeddedConsensus.Testing;

/// <summary>How time passes.</summary>
public sealed partial class ConsensusTestCluster
{
    // An app that calls without a pause does not stop the clock: time goes on behind so many turns.
    private const int MaxTurnsPerStep = 16_000;

    // In real time: behind it a replica is taken to hang.
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _step = new(1);

    /// <summary>Lets time pass. The clock goes from one timer to the next, and before each step the cluster comes to
    /// rest: nothing is under way but what waits for time.</summary>
    /// <remarks>An app's own tasks are waited for as well, as long as they only wait for the store and for timers of
    /// <see cref="Time"/>.</remarks>
    /// <param name="duration">How far; not negative. Zero lets the cluster come to rest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task AdvanceAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        DateTimeOffset end = Time.GetUtcNow() + duration;
        await RunAsync(() => Time.GetUtcNow() >= end, end, SynchronizationContext.Current, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Lets time pass until a condition holds. It is looked at whenever the cluster has come to
    /// rest.</summary>
    /// <param name="condition">The condition: it returns at once and changes nothing.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="what">What is waited for, for the message; the text of the condition if you say nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task RunUntilAsync(
        Func<bool> condition,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(condition))] string? what = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        TimeSpan atMost = limit ?? Options.TimeLimit;
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, TimeSpan.Zero, nameof(limit));
        DateTimeOffset end = Time.GetUtcNow() + atMost;
        if (!await RunAsync(condition, end, SynchronizationContext.Current, cancellationToken).ConfigureAwait(false))
        {
            throw new ClusterTimeoutException(
                $"Within {atMost} of virtual time this has not come about: {what}{Environment.NewLine}{Describe()}");
        }
    }

    /// <summary>Lets time pass until a task has ended.</summary>
    /// <param name="task">The task: a call to a store, or a piece of the app.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="what">What is waited for, for the message; the text of the argument if you say nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    /// <exception cref="Exception">What the task failed with.</exception>
    public async Task RunUntilAsync(
        Task task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string? what = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        await RunUntilAsync(() => task.IsCompleted, limit, what, cancellationToken).ConfigureAwait(false);
        await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunUntilAsync(Task, TimeSpan?, string?, CancellationToken)" />
    /// <typeparam name="T">What the task gives.</typeparam>
    /// <returns>What the task gave.</returns>
    public async Task<T> RunUntilAsync<T>(
        Task<T> task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string? what = null,
        CancellationToken cancellationToken = default)
    {
        await RunUntilAsync((Task)task, limit, what, cancellationToken).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunUntilAsync(Task, TimeSpan?, string?, CancellationToken)" />
    public Task RunUntilAsync(
        ValueTask task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string? what = null,
        CancellationToken cancellationToken = default) =>
        RunUntilAsync(task.AsTask(), limit, what, cancellationToken);

    /// <inheritdoc cref="RunUntilAsync(Task, TimeSpan?, string?, CancellationToken)" />
    /// <typeparam name="T">What the task gives.</typeparam>
    /// <returns>What the task gave.</returns>
    public Task<T> RunUntilAsync<T>(
        ValueTask<T> task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string? what = null,
        CancellationToken cancellationToken = default) =>
        RunUntilAsync(task.AsTask(), limit, what, cancellationToken);

    /// <summary>Moves the clock from timer to timer until a condition holds or a time has come.</summary>
    /// <returns>Whether the condition holds.</returns>
    private async Task<bool> RunAsync(
        Func<bool> condition, DateTimeOffset end, SynchronizationContext? context, CancellationToken cancellationToken)
    {
        while (true)
        {
            // One step at a time, whoever asks for it: several waits may share the clock.
            await _step.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                ThrowIfDisposed();
                await ComeToRestAsync(context, cancellationToken).ConfigureAwait(false);
                if (condition())
                {
                    return true;
                }

                if (Time.GetUtcNow() >= end)
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
    internal void LetReplicasRest()
    {
        if (AppTurn.Current is { } turn)
        {
            // A piece of the app that brings a fault about would wait for itself.
            Turns.Detach(turn);
        }

        Turns.WhenAtRestAsync(MaxTurnsPerStep, forApp: false).Wait(HangLimit);
    }

    /// <summary>Moves the clock. No replica runs before all that falls due at the instant is there, since it is one
    /// turn; unless a timer of the app waits for the replicas.</summary>
    private async Task FireNextAsync(DateTimeOffset end)
    {
        Task fired = Turns.StartAsync(() =>
        {
            Time.AdvanceToNext(end);
            return Task.CompletedTask;
        });
        await WithoutHangingAsync(fired, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task ComeToRestAsync(SynchronizationContext? context, CancellationToken cancellationToken)
    {
        long limit = Turns.Turns + MaxTurnsPerStep;
        while (true)
        {
            Task rest = Turns.WhenAtRestAsync((int)Math.Max(1, limit - Turns.Turns), forApp: true);
            await WithoutHangingAsync(rest, cancellationToken).ConfigureAwait(false);

            // Whoever has just got an answer may have the next call ready.
            long turns = Turns.Turns;
            await PoolBarrier.PassAsync(context).ConfigureAwait(false);
            await PoolBarrier.PassAsync(context).ConfigureAwait(false);
            if ((Turns.Turns == turns && Turns.IsAtRest) || Turns.Turns >= limit)
            {
                return;
            }
        }
    }

    /// <summary>Waits for what needs no virtual time.</summary>
    private async Task WithoutHangingAsync(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(HangLimit, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception) when (!task.IsCompleted)
        {
            throw new ClusterTimeoutException(
                $"The cluster has not come to rest for {HangLimit} of real time: {Turns.Activity}."
                + $"{Environment.NewLine}{Describe()}", exception);
        }
    }
}
