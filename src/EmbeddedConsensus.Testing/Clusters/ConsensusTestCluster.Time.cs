using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Testing;

/// <content>How time passes, and how the app's tasks take turns with the replicas.</content>
public sealed partial class ConsensusTestCluster
{
    private readonly AppFailures _appFailures = new();

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
        await Clock.RunUntilAsync(
            () => Time.GetUtcNow() >= end, end, SynchronizationContext.Current, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Lets time pass until a condition holds. It is looked at whenever the cluster has come to
    /// rest.</summary>
    /// <param name="condition">The condition: it returns at once and changes nothing.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="what">What is waited for, for the message; by default the text of the condition.</param>
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
        if (!await Clock.RunUntilAsync(condition, end, SynchronizationContext.Current, cancellationToken)
            .ConfigureAwait(false))
        {
            throw new ClusterTimeoutException(
                $"Within {atMost} of virtual time this has not come about: {what}{Environment.NewLine}{Describe()}");
        }
    }

    /// <summary>Lets time pass until a task has ended.</summary>
    /// <param name="task">The task: a call to a store, or a task of the app.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="what">What is waited for, for the message; by default the text of the argument.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    /// <exception cref="Exception">The failure of the task.</exception>
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
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <returns>The result of the task.</returns>
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
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <returns>The result of the task.</returns>
    public Task<T> RunUntilAsync<T>(
        ValueTask<T> task,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(task))] string? what = null,
        CancellationToken cancellationToken = default) =>
        RunUntilAsync(task.AsTask(), limit, what, cancellationToken);

    /// <summary>Starts a task of the app and lets time pass until it has ended. It runs in turn with the replicas,
    /// without the test's own synchronization context, so that the cluster sees whether it runs or waits: the best way
    /// to run app code. A run depends on the seed and on the code alone, and time stands still while the task has
    /// work.</summary>
    /// <param name="start">Starts the task.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="what">What is waited for, for the message; by default the text of the argument.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    /// <exception cref="Exception">The failure of the task.</exception>
    public async Task RunUntilAsync(
        Func<Task> start,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(start))] string? what = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        await RunUntilAsync(Turns.StartAsync(start), limit, what, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunUntilAsync(Func{Task}, TimeSpan?, string?, CancellationToken)" />
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <returns>The result of the task.</returns>
    public async Task<T> RunUntilAsync<T>(
        Func<Task<T>> start,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(start))] string? what = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        Task<T>? piece = null;
        Task begun = Turns.StartAsync(() => piece = start());
        await RunUntilAsync(begun, limit, what, cancellationToken).ConfigureAwait(false);
        return await piece!.ConfigureAwait(false);
    }

    /// <summary>Starts a task of the app that runs beside the test, in turn with the replicas and with other such
    /// tasks: what they share needs no lock, and a run depends on the seed and on the code alone.</summary>
    /// <param name="start">Starts the task. It runs without the test's own synchronization context.</param>
    /// <param name="what">What it is, for messages; by default the text of the argument.</param>
    /// <returns>Completes as the task does. A failure that is never awaited shows in
    /// <see cref="Describe"/>.</returns>
    public Task Run(Func<Task> start, [CallerArgumentExpression(nameof(start))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        ThrowIfDisposed();
        Task piece = Turns.StartAsync(start);
        _ = _appFailures.ObserveAsync(piece, what);
        return piece;
    }

    /// <inheritdoc cref="Run(Func{Task}, string?)" />
    /// <typeparam name="T">The type of the result.</typeparam>
    public async Task<T> Run<T>(Func<Task<T>> start, [CallerArgumentExpression(nameof(start))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        Task<T>? piece = null;
        await Run((Func<Task>)(() => piece = start()), what).ConfigureAwait(false);
        return await piece!.ConfigureAwait(false);
    }
}
