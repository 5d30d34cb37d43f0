using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Testing;

/// <summary>Pieces of the app that take turns with the replicas.</summary>
public sealed partial class ConsensusTestCluster
{
    // So many failures are told; the first is what matters.
    private const int MaxFailuresTold = 5;

    private readonly Lock _failuresGate = new();
    private readonly List<string> _failures = [];

    /// <summary>Starts a piece of the app and lets time pass until it has ended. It runs in turn with the replicas,
    /// without the test's own synchronization context, so that the cluster sees whether it runs or waits: the best way
    /// to run app code. A run depends on the seed and on the code alone, and time stands still while the piece has
    /// work.</summary>
    /// <param name="start">Starts the piece.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="what">What is waited for, for the message; the text of the argument if you say nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    /// <exception cref="Exception">What the piece failed with.</exception>
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
    /// <typeparam name="T">What the piece gives.</typeparam>
    /// <returns>What the piece gave.</returns>
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

    /// <summary>Starts a piece of the app that goes on beside the test, in turn with the replicas and with other such
    /// pieces: what they share needs no lock, and a run depends on the seed and on the code alone.</summary>
    /// <param name="start">Starts the piece. It runs without the test's own synchronization context.</param>
    /// <param name="what">What it is, for messages; the text of the argument if you say nothing.</param>
    /// <returns>Ends as the piece does. When nobody awaits it, <see cref="Describe"/> tells of a failure.</returns>
    public Task Run(Func<Task> start, [CallerArgumentExpression(nameof(start))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        ThrowIfDisposed();
        Task piece = Turns.StartAsync(start);
        _ = NoteFailureAsync(piece, what);
        return piece;
    }

    /// <inheritdoc cref="Run(Func{Task}, string?)" />
    /// <typeparam name="T">What the piece gives.</typeparam>
    public async Task<T> Run<T>(Func<Task<T>> start, [CallerArgumentExpression(nameof(start))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(start);
        Task<T>? piece = null;
        await Run((Func<Task>)(() => piece = start()), what).ConfigureAwait(false);
        return await piece!.ConfigureAwait(false);
    }

    private async Task NoteFailureAsync(Task piece, string? what)
    {
        await piece.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (piece.Exception?.InnerException is { } failure)
        {
            lock (_failuresGate)
            {
                if (_failures.Count < MaxFailuresTold)
                {
                    _failures.Add($"{what}: {failure.GetType().Name}: {failure.Message}");
                }
            }
        }
    }

    private string[] FailuresOfPieces()
    {
        lock (_failuresGate)
        {
            return [.. _failures];
        }
    }
}
