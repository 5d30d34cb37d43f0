namespace EmbeddedConsensus;

/// <summary>How to read one key.</summary>
public record ReadOptions
{
    /// <summary>What the read promises. Default: <see cref="Consistency.Linearizable"/>.</summary>
    public Consistency Consistency { get; init; }

    /// <summary>The revision to read at; 0, the default, is the newest.</summary>
    public long Revision { get; init; }
}
