using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>One version of one key, on the managed heap.</summary>
internal sealed record ModelVersion(
    byte[] Key, byte[] Value, long Create, long Mod, long Version, long Lease, int Sub, bool Tombstone)
{
    public static ModelVersion From(MvccRecord record) => new(
        record.Key.ToArray(), record.Value.ToArray(), record.CreateRevision, record.ModRevision, record.Version,
        record.Lease, record.SubRevision, record.IsTombstone);

    public bool Equals(ModelVersion? other)
        => other is not null && Key.AsSpan().SequenceEqual(other.Key) && Value.AsSpan().SequenceEqual(other.Value)
            && (Create, Mod, Version, Lease, Sub, Tombstone)
                == (other.Create, other.Mod, other.Version, other.Lease, other.Sub, other.Tombstone);

    public override int GetHashCode() => HashCode.Combine(Mod, Sub);

    public override string ToString()
        => $"{Convert.ToHexString(Key.AsSpan(0, Math.Min(8, Key.Length)))}[{Key.Length}] @{Mod}.{Sub} "
            + $"c{Create} v{Version} l{Lease} {(Tombstone ? "deleted" : Value.Length)}";
}
