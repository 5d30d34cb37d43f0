namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>What the threads of a member may do.</summary>
internal enum ScheduleMode
{
    /// <summary>They run.</summary>
    Running = 0,

    /// <summary>They stand still where they are, as those of a process that was stopped.</summary>
    Paused = 1,

    /// <summary>They do nothing more but end.</summary>
    Crashed = 2,
}
