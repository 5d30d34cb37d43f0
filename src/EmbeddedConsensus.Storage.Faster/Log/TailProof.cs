namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>
/// Proves at a start, from the log alone, that no acknowledged record followed the last whole one.
/// </summary>
/// <remarks>
/// <para>An append is acknowledged when all its sectors are durable, and one append is on its way at a time. So a
/// sector that still holds the <see cref="UnwrittenPattern"/> where the next record has to begin, or within that
/// record, shows that the append after the last whole one was never acknowledged: an ordinary end, or an ordinary torn
/// tail.</para>
/// <para>A record that fails its checksum without such a sector was written as a whole and is damaged now. A place that
/// holds neither record nor pattern was cut off or overwritten. In both cases acknowledged appends may be gone. A disk
/// that brings back an older state of whole sectors looks like an end; <see cref="LogEndFile"/> shows that, unless it
/// was the last moment's.</para>
/// </remarks>
/// <param name="reader">Reads the log.</param>
/// <param name="geometry">Its layout.</param>
/// <param name="pattern">Its pattern.</param>
internal sealed class TailProof(RecordReader reader, LogGeometry geometry, UnwrittenPattern pattern)
{
    private const int FrameBytes = LogGeometry.FasterHeaderBytes + RecordHeader.Bytes;

    private enum Place
    {
        Unwritten,
        Torn,
        Damaged,
    }

    /// <summary>Whether it is proven that nothing was acknowledged after a record.</summary>
    /// <param name="end">The end of the last record that continues the chain.</param>
    public bool Holds(long end)
    {
        bool mayBeOnNextPage =
            !geometry.IsPageStart(end) && geometry.NextPage(end) - end < geometry.MaxRecordBytes;
        return Inspect(end) switch
        {
            Place.Torn => true,
            Place.Unwritten => !mayBeOnNextPage || Inspect(geometry.NextPage(end)) != Place.Damaged,
            _ => false,
        };
    }

    private Place Inspect(long address)
    {
        bool hasFrame = reader.TryReadHeader(address, out RecordHeader header);
        ReadOnlySpan<byte> page = reader.ReadPageRest(address);
        long nextSector = LogGeometry.SectorStart(address) + LogGeometry.SectorBytes;

        // Of a frame that spans two sectors either may be missing.
        if (pattern.Matches(page[..(int)Math.Min(FrameBytes, nextSector - address)], address))
        {
            return Place.Unwritten;
        }

        long end = Math.Min(address + page.Length, hasFrame ? header.EndAddress : address + FrameBytes);
        for (long sector = nextSector; sector < end; sector += LogGeometry.SectorBytes)
        {
            if (pattern.Matches(page.Slice((int)(sector - address), LogGeometry.SectorBytes), sector))
            {
                return Place.Torn;
            }
        }

        return Place.Damaged;
    }
}
