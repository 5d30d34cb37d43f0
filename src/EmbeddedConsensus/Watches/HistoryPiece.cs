namespace EmbeddedConsensus.Watches;

/// <summary>A part of the history as a group of watchers sees it. Its content never changes, so all watchers of the
/// group share it.</summary>
/// <param name="Start">The first change that it covers.</param>
/// <param name="Next">The first change after it.</param>
/// <param name="Events">The events that the group selects, in order. A revision that ends in the piece is marked; one
/// that does not end in it continues at <paramref name="Next"/>.</param>
/// <param name="Bytes">The memory that the events hold, in bytes.</param>
internal sealed record HistoryPiece(
    WatchPosition Start, WatchPosition Next, IReadOnlyList<WatchEvent> Events, long Bytes)
{
    /// <summary>Whether a watch can continue in this piece. Within a revision it continues only at the start.</summary>
    public bool Serves(WatchPosition position) =>
        position == Start
        || (position.SubRevision == 0 && position.Revision > Start.Revision && position.Revision < Next.Revision);

    /// <summary>Adds the events from a position on to a list.</summary>
    /// <returns>The memory that they hold, in bytes.</returns>
    public long CopyTo(List<WatchEvent> destination, WatchPosition from)
    {
        if (from == Start)
        {
            destination.AddRange(Events);
            return Bytes;
        }

        long bytes = 0;
        foreach (WatchEvent next in Events)
        {
            if (next.Revision >= from.Revision)
            {
                destination.Add(next);
                bytes += WatchLimits.SizeOf(next);
            }
        }

        return bytes;
    }
}
