using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Builds a store from the section that <see cref="StoreSectionWriter"/> wrote.</summary>
/// <param name="options">How to lay the store out.</param>
internal sealed class StoreSectionReader(MvccOptions options) : ISectionReader, IDisposable
{
    private readonly MvccSnapshotDecoder _decoder = new(options);

    /// <inheritdoc />
    public SectionTag Tag => SectionTag.Store;

    /// <inheritdoc />
    public void Feed(ReadOnlySpan<byte> piece)
    {
        try
        {
            _decoder.Feed(piece);
        }
        catch (MvccSnapshotDamagedException exception)
        {
            throw new SnapshotFormatException(exception.Message);
        }
    }

    /// <summary>The store, once all of it was read; the caller's to dispose of.</summary>
    /// <exception cref="SnapshotFormatException">It is damaged.</exception>
    public MvccStore Complete()
    {
        try
        {
            return _decoder.Complete();
        }
        catch (MvccSnapshotDamagedException exception)
        {
            throw new SnapshotFormatException(exception.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _decoder.Dispose();
}
