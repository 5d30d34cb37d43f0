namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>Something that runs when a <see cref="TurnQueue"/> says so, which guards what can be changed
/// here.</summary>
internal abstract class Turn
{
    /// <summary>What runs, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it may be given its turn.</summary>
    public abstract bool MayRun { get; }

    /// <summary>Whether it waits for its turn.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether it has ended, and gets no further turn.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Starts the turn.</summary>
    public abstract void Grant();
}
