namespace EmbeddedConsensus;

/// <summary>What a read promises.</summary>
public enum Consistency
{
    /// <summary>The read sees every write that was acknowledged before it began, at any replica. Costs one round to a
    /// majority, shared by all readers that wait for it.</summary>
    Linearizable = 0,

    /// <summary>The read returns at once what this replica has applied, which may lag.</summary>
    Serializable = 1,
}
