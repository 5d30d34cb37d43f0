using System.Buffers;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>Sends a store through its encoded form.</summary>
internal static class MvccTransfer
{
    public static byte[] Encode(MvccStore store, int pieceBytes = 4096)
    {
        store.Publish();
        using PinnedView pinned = store.OpenView();
        MvccSnapshotEncoder encoder = new(pinned);
        ArrayBufferWriter<byte> bytes = new();
        bool more = true;
        while (more)
        {
            int before = bytes.WrittenCount;
            more = encoder.WriteNext(bytes, pieceBytes);
            Assert.InRange(bytes.WrittenCount - before, more ? pieceBytes : 0, pieceBytes);
        }
        return bytes.WrittenSpan.ToArray();
    }

    public static MvccStore Decode(ReadOnlySpan<byte> bytes, MvccOptions options, int pieceBytes = 4096)
    {
        using MvccSnapshotDecoder decoder = new(options);
        while (!bytes.IsEmpty)
        {
            int length = Math.Min(pieceBytes, bytes.Length);
            decoder.Feed(bytes[..length]);
            bytes = bytes[length..];
        }
        return decoder.Complete();
    }

    public static MvccStore Copy(MvccStore store, MvccOptions options) => Decode(Encode(store), options);
}
