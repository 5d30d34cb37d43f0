namespace EmbeddedConsensus.Replica;

/// <summary>
/// Decides when the threads of a replica take their turns, for tests whose outcome must not depend on the machine's
/// speed. A replica in production has none, and its threads run when they have something to do.
/// </summary>
/// <remarks>All methods may be called from any thread.</remarks>
internal interface IReplicaSchedule
{
    /// <summary>What the replica's elections are drawn from.</summary>
    ulong Seed { get; }

    /// <summary>A thread's thread is about to start; its first turn is due.</summary>
    void Started(ReplicaThread thread);

    /// <summary>A thread has something to do. One that is not started has nothing yet.</summary>
    void Ready(ReplicaThread thread);

    /// <summary>Waits until a thread may take a turn.</summary>
    void BeginTurn(ReplicaThread thread);

    /// <summary>A thread's turn is over.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="isMore">Whether it has more to do.</param>
    void EndTurn(ReplicaThread thread, bool isMore);

    /// <summary>A thread's thread ends, in or out of a turn.</summary>
    void Ended(ReplicaThread thread);

    /// <summary>Runs what an app does with an answer, off the threads.</summary>
    /// <param name="continuation">Gives the answer, and returns when the app waits for something else.</param>
    void Continue(Action continuation);

    /// <summary>Work begins beside the threads, on the thread pool.</summary>
    void WorkBegins();

    /// <summary>Such work has ended.</summary>
    void WorkEnds();
}
