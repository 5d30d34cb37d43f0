using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>A thread's place in a <see cref="TurnQueue"/>.</summary>
internal sealed class ThreadTurn(MemberSchedule member, ReplicaThread thread, string name) : Turn, IDisposable
{
    // Sleeps at once: a thread that spins first takes a core from the one that has the turn.
    private readonly AutoResetEvent _granted = new(false);

    /// <inheritdoc />
    public override string Name => name;

    /// <inheritdoc />
    public override bool MayRun => member.Mode switch
    {
        ScheduleMode.Running => true,
        ScheduleMode.Crashed => thread.IsStopping,
        _ => false,
    };

    /// <inheritdoc />
    public override void Grant() => _granted.Set();

    /// <summary>Waits for the thread's turn.</summary>
    public void Wait() => _granted.WaitOne();

    /// <inheritdoc />
    public void Dispose() => _granted.Dispose();
}
