namespace EmbeddedConsensus;

/// <summary>How to put a key.</summary>
public sealed record PutOptions
{
    /// <summary>Return what the key held before.</summary>
    public bool ReturnPrevious { get; init; }

    /// <summary>The id of the lease to attach the key to; 0 detaches it from the one that it is attached to. If there
    /// is no such lease, the put fails with <see cref="LeaseNotFoundException"/>.</summary>
    public long Lease { get; init; }
}
