namespace EmbeddedConsensus.Replica;

/// <summary>
/// Decides when the threads of a replica take their turns, for tests whose outcome must not depend on the machine's
/// speed. A replica in production has none, and its threads run when they have something to do.
/// </summary>
/// <remarks>All methods may be called from any thread.</remarks>
internal interface IReplicaSchedule
{
    /// <summary>The seed of the replica's election timeouts.</summary>
    ulong Seed { get; }

    /// <summary>A thread is about to start; its first turn is due.</summary>
    void Started(ReplicaThread thread);

    /// <summary>A thread has work. Ignored for a thread that is not started.</summary>
    void Ready(ReplicaThread thread);

    /// <summary>Waits until a thread may take a turn.</summary>
    void BeginTurn(ReplicaThread thread);

    /// <summary>A thread's turn is over.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="isMore">Whether it has more to do.</param>
    void EndTurn(ReplicaThread thread, bool isMore);

    /// <summary>A thread ends, inside or outside a turn.</summary>
    void Ended(ReplicaThread thread);

    /// <summary>Runs the continuation of a caller, off the replica's threads.</summary>
    /// <param name="continuation">Completes the call; returns when the caller waits for something else.</param>
    void Continue(Action continuation);

    /// <summary>Work begins beside the threads, on the thread pool.</summary>
    void WorkBegins();

    /// <summary>Such work has ended.</summary>
    void WorkEnds();
}
