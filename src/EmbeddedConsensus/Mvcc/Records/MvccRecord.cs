namespace EmbeddedConsensus.Mvcc;

/// <summary>One version of one key. A view of native memory: valid while the view it came from is open, or, from
/// <see cref="MvccStore.WriterView"/>, until the writer next publishes or reclaims.</summary>
internal readonly ref struct MvccRecord
{
    private readonly RecordMemory _memory;

    /// <summary>The record at a handle.</summary>
    /// <exception cref="InvariantViolationException">There is no live record there.</exception>
    public MvccRecord(RecordHandle handle)
    {
        _memory = handle.Memory;
        if (handle.IsNull || (_memory.OlderSlot(0) & SlotHeap.FreeFlag) != 0)
        {
            throw new InvariantViolationException($"Record handle {handle.Bits:x} does not lead to a live record.");
        }
    }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _memory.Key.Key;

    /// <summary>The value; empty for a tombstone.</summary>
    public ReadOnlySpan<byte> Value => _memory.Value.Span;

    /// <summary>The revision that created the current generation of the key; 0 for a tombstone.</summary>
    public long CreateRevision => _memory.CreateRevision;

    /// <summary>The main revision of the transaction that wrote this version.</summary>
    public long ModRevision => _memory.ModRevision;

    /// <summary>How many times the key was put since it was created, from 1; 0 for a tombstone.</summary>
    public long Version => _memory.Version;

    /// <summary>The attached lease, or 0.</summary>
    public long Lease => _memory.Lease;

    /// <summary>The position among the changes of one transaction, from 0.</summary>
    public int SubRevision => _memory.SubRevision;

    /// <summary>True when this version marks the key as deleted.</summary>
    public bool IsTombstone => _memory.IsTombstone;

    /// <summary>The record's memory.</summary>
    public RecordMemory Memory => _memory;

    /// <summary>The fixed-size fields together.</summary>
    public RecordFields Fields => new()
    {
        CreateRevision = CreateRevision,
        ModRevision = ModRevision,
        Version = Version,
        Lease = Lease,
        SubRevision = SubRevision,
        IsTombstone = IsTombstone,
    };
}
