using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>A lane's place in a <see cref="TurnQueue"/>, which guards what can be changed here.</summary>
internal sealed class LaneTurn(MemberSchedule member, Lane lane, string name) : IDisposable
{
    // Sleeps at once: a thread that spins first takes a core from the one that has the turn.
    private readonly AutoResetEvent _granted = new(false);

    /// <summary>The lane, for people.</summary>
    public string Name => name;

    /// <summary>Whether the lane waits for its turn.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether the lane's thread has ended.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether the lane may be given a turn.</summary>
    public bool MayRun => member.Mode switch
    {
        ScheduleMode.Running => true,
        ScheduleMode.Crashed => lane.IsStopping,
        _ => false,
    };

    /// <summary>Gives the lane its turn.</summary>
    public void Grant() => _granted.Set();

    /// <summary>Waits for the lane's turn.</summary>
    public void Wait() => _granted.WaitOne();

    /// <inheritdoc />
    public void Dispose() => _granted.Dispose();
}
