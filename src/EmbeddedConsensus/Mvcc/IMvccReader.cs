namespace EmbeddedConsensus.Mvcc;

/// <summary>Reads of one state of the store, whether pinned (<see cref="PinnedView"/>) or the writer's own
/// (<see cref="MvccStore.WriterView"/>). The implementations are small values: take one as a constrained type argument
/// where it must not be boxed.</summary>
internal interface IMvccReader
{
    /// <summary>The revision of this state: the newest that can be read.</summary>
    long Revision { get; }

    /// <summary>The oldest revision that can be read; 0 when nothing was compacted.</summary>
    long CompactRevision { get; }

    /// <summary>Finds a key's version at a revision.</summary>
    /// <param name="key">The key.</param>
    /// <param name="atRevision">0 for the newest, otherwise from <see cref="CompactRevision"/> to
    /// <see cref="Revision"/>.</param>
    /// <param name="record">The version, when the key exists there.</param>
    /// <returns>True when the key exists at that revision.</returns>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    bool TryGet(ReadOnlySpan<byte> key, long atRevision, out MvccRecord record);

    /// <summary>The keys of a range that exist at a revision, ascending, in their version at that revision.</summary>
    /// <param name="key">The key, or the start of the range.</param>
    /// <param name="rangeEnd">The range end in etcd's convention; see <see cref="KeySpanRange"/>.</param>
    /// <param name="atRevision">As for <see cref="TryGet"/>.</param>
    /// <exception cref="ArgumentException">A single key is empty.</exception>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    MvccRangeCursor Range(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision);

    /// <summary>How many keys of a range exist at a revision. Reads the tree's pages, not the records.</summary>
    /// <inheritdoc cref="Range" path="/param"/>
    /// <inheritdoc cref="Range" path="/exception"/>
    long Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rangeEnd, long atRevision);

    /// <summary>Every change from a revision to <see cref="Revision"/>, including deletions, in the order in which they
    /// were made.</summary>
    /// <param name="fromRevision">From <see cref="CompactRevision"/> on; a future revision yields no events.</param>
    /// <exception cref="InvariantViolationException">The revision is compacted; the caller checks.</exception>
    MvccEventCursor Events(long fromRevision);

    /// <summary>The version that a change replaced: the previous value of a watch event.</summary>
    /// <param name="change">The change, of this store.</param>
    /// <param name="previous">The version before it.</param>
    /// <returns>False when the key did not exist before, or the change is at or below the compact revision: then the
    /// previous version is compacted.</returns>
    bool TryGetPrevious(in MvccRecord change, out MvccRecord previous);

    /// <summary>A CRC-32C over all history that is readable up to a revision: equal on every member with the same
    /// revisions, whatever each has reclaimed. Reads everything.</summary>
    /// <param name="atRevision">As for <see cref="TryGet"/>.</param>
    /// <exception cref="InvariantViolationException">The revision is compacted or in the future; the caller
    /// checks.</exception>
    uint Hash(long atRevision);
}
