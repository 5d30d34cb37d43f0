namespace EmbeddedConsensus.Mvcc;

/// <summary>The part of the revision index that one root covers.</summary>
internal readonly record struct RevisionIndexBounds(RevisionIndexDirectory Directory, long Head, long Tail)
{
    /// <summary>The entry at a position from <see cref="Head"/> to below <see cref="Tail"/>.</summary>
    public void Read(long position, out long main, out RecordHandle record)
    {
        if (position < Head || position >= Tail)
        {
            throw new InvariantViolationException($"Position {position} is outside {Head} to {Tail} of the index.");
        }
        RevisionIndex.Read(Directory, position, out main, out record);
    }

    /// <summary>The position of the first change at or after a revision.</summary>
    public long LowerBound(long revision, int sub = 0)
    {
        long low = Head;
        long high = Tail;
        while (low < high)
        {
            long middle = low + ((high - low) >> 1);
            RevisionIndex.Read(Directory, middle, out long main, out RecordHandle record);
            if (main < revision || (main == revision && sub > 0 && new MvccRecord(record).SubRevision < sub))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }
}
