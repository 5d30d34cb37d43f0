using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Replica;

/// <summary>A view over a pinned state of the store.</summary>
internal sealed class PinnedStoreView : StoreView
{
    private readonly ReplicaHost _host;
    private readonly PinnedView _pinned;
    private readonly long _openedAt;

    /// <summary>A view that takes over the pin.</summary>
    public PinnedStoreView(ReplicaHost host, PinnedView pinned, long revision)
    {
        _host = host;
        _pinned = pinned;
        _openedAt = host.Time.GetTimestamp();
        Revision = revision;
    }

    /// <summary>Reports the view: nothing disposed it. The pin stays, since spans may still be in use.</summary>
    ~PinnedStoreView() => _host.ViewForgotten(Revision, _host.Time.GetElapsedTime(_openedAt));

    /// <inheritdoc />
    public override long Revision { get; }

    /// <summary>The reads of the state.</summary>
    public MvccView Reads => _pinned.View;

    /// <inheritdoc />
    public override bool TryGet(Key key, out StoreEntry entry)
    {
        bool found = Reads.TryGet(key.Span, Revision, out MvccRecord record);
        entry = found ? ToEntry(record) : default;
        return found;
    }

    /// <inheritdoc />
    public override long Count(KeyRange range) => Reads.Count(range.Start.Span, range.End.Span, Revision);

    /// <inheritdoc />
    public override StoreScan Scan(KeyRange range, SortOrder order = SortOrder.Ascending)
        => new PinnedStoreScan(this, range, order == SortOrder.Descending);

    /// <inheritdoc />
    public override void Dispose()
    {
        _pinned.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A record as its caller sees it.</summary>
    public static StoreEntry ToEntry(MvccRecord record) => new()
    {
        Key = record.Key,
        Value = record.Value,
        CreateRevision = record.CreateRevision,
        ModRevision = record.ModRevision,
        Version = record.Version,
        Lease = record.Lease,
    };
}
