namespace EmbeddedConsensus.Replica;

/// <summary>Takes the failure of a part of the replica that runs beside consensus. Called from any thread; returns at
/// once.</summary>
internal interface IFaultEvents
{
    /// <summary>The storage or an invariant failed: the replica is faulted. The part does nothing more.</summary>
    void Failed(Exception exception);
}
