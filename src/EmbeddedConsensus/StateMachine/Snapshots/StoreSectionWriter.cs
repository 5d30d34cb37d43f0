using System.Buffers;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Writes the keys and their history under a pinned view.</summary>
/// <param name="view">The view; the caller's to dispose of.</param>
internal sealed class StoreSectionWriter(PinnedView view) : ISectionWriter
{
    private readonly MvccSnapshotEncoder _encoder = new(view);

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.Store;

    /// <inheritdoc />
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes) => _encoder.WriteNext(output, maxBytes);
}
