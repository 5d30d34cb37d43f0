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

    /// <summary>A lane's thread is about to start; its first turn is due.</summary>
    void Started(Lane lane);

    /// <summary>A lane has something to do. One that is not started has nothing yet.</summary>
    void Ready(Lane lane);

    /// <summary>Waits until a lane may take a turn.</summary>
    void BeginTurn(Lane lane);

    /// <summary>A lane's turn is over.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="isMore">Whether it has more to do.</param>
    void EndTurn(Lane lane, bool isMore);

    /// <summary>A lane's thread ends, in or out of a turn.</summary>
    void Ended(Lane lane);

    /// <summary>Runs what an app does with an answer, off the lanes.</summary>
    /// <param name="continuation">Gives the answer, and returns when the app waits for something else.</param>
    void Continue(Action continuation);

    /// <summary>Work begins beside the lanes, on the thread pool.</summary>
    void WorkBegins();

    /// <summary>Such work has ended.</summary>
    void WorkEnds();
}
