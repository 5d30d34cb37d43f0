using Google.Protobuf;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>Keys, ranges and key-value pairs, without copying their bytes: both sides never change them.</summary>
internal static class KeyMapping
{
    /// <summary>The range from a key to an end, which both forms express alike.</summary>
    public static KeyRange Range(ByteString key, ByteString rangeEnd)
    {
        Key start = key.Memory;
        return rangeEnd.IsEmpty ? KeyRange.Single(start) : KeyRange.Between(start, rangeEnd.Memory);
    }

    /// <summary>A key-value pair as it travels.</summary>
    public static Protos.KeyValue ToProto(KeyValue pair) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(pair.Key.Bytes),
        Value = UnsafeByteOperations.UnsafeWrap(pair.Value.Bytes),
        CreateRevision = pair.CreateRevision,
        ModRevision = pair.ModRevision,
        Version = pair.Version,
        Lease = pair.Lease,
    };

    /// <summary>A change as it travels.</summary>
    public static Protos.Event ToProto(WatchEvent change) => new()
    {
        Type = change.Type is WatchEventType.Delete
            ? Protos.Event.Types.EventType.Delete
            : Protos.Event.Types.EventType.Put,
        Kv = ToProto(change.KeyValue),
        PrevKv = change.Previous is null ? null : ToProto(change.Previous),
    };
}
