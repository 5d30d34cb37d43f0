namespace EmbeddedConsensus.Replica;

/// <summary>Takes what the apply lane reports. Called on its thread; returns at once.</summary>
internal interface IApplyLoopEvents
{
    /// <summary>All entries up to an index are applied and published.</summary>
    /// <param name="index">The index.</param>
    /// <param name="bytes">The size of the entries since the last report.</param>
    void Applied(ulong index, long bytes);

    /// <summary>A snapshot was asked for, and is pinned: write it out and dispose it.</summary>
    void Captured(StateSnapshot snapshot);

    /// <summary>Applying failed. The lane does nothing any more.</summary>
    void Faulted(Exception exception);
}
