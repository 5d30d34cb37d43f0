namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>How addresses in FASTER's log map to pages and files.</summary>
/// <param name="PageBytes">The size of a page: a power of two.</param>
/// <param name="SegmentBytes">The size of a file: a power of two, at least a page.</param>
internal readonly record struct LogGeometry(int PageBytes, long SegmentBytes)
{
    /// <summary>The address of the first record of a new FASTER log.</summary>
    public const long FirstAddress = 64;

    /// <summary>FASTER's own bytes before a record: its length.</summary>
    public const int FasterHeaderBytes = sizeof(int);

    /// <summary>FASTER begins records at multiples of this.</summary>
    public const int Alignment = 4;

    /// <summary>What a disk writes as a whole or not at all.</summary>
    public const int SectorBytes = 512;

    /// <summary>How much after the last record a start has to see unwritten, to know that no record followed: the next
    /// one may begin on the next page if it does not fit.</summary>
    public int ProofBytes => MaxRecordBytes + (2 * SectorBytes);

    /// <summary>The largest record, including FASTER's header: four fit a page, so that little of a page is lost to a
    /// record that does not fit.</summary>
    public int MaxRecordBytes => PageBytes / 4;

    /// <summary>The space that a record of ours takes, FASTER's header and padding included.</summary>
    /// <param name="recordBytes">Our header and payload.</param>
    public static int SpaceFor(int recordBytes) =>
        FasterHeaderBytes + ((recordBytes + Alignment - 1) & -Alignment);

    /// <summary>The number of the file that holds an address.</summary>
    /// <param name="address">The address.</param>
    public int Segment(long address) => (int)(address / SegmentBytes);

    /// <summary>Where in its file an address lies.</summary>
    /// <param name="address">The address.</param>
    public long OffsetInSegment(long address) => address & (SegmentBytes - 1);

    /// <summary>Where the sector begins that holds an offset or an address.</summary>
    /// <param name="position">The offset or address.</param>
    public static long SectorStart(long position) => position & ~(long)(SectorBytes - 1);

    /// <summary>Where a file's first record lies, if it has one there.</summary>
    /// <param name="segment">The file's number.</param>
    public long SegmentStart(int segment) => segment == 0 ? FirstAddress : segment * SegmentBytes;

    /// <summary>Whether a page begins at an address.</summary>
    /// <param name="address">The address.</param>
    public bool IsPageStart(long address) => address == FirstAddress || (address & (PageBytes - 1)) == 0;

    /// <summary>The number of the page that holds an address.</summary>
    /// <param name="address">The address.</param>
    public long Page(long address) => address / PageBytes;

    /// <summary>Where the page that follows an address begins.</summary>
    /// <param name="address">The address.</param>
    public long NextPage(long address) => (address & ~(long)(PageBytes - 1)) + PageBytes;

    /// <summary>Where FASTER puts the next record: at the tail, or on the next page if it does not fit.</summary>
    /// <param name="tail">The tail.</param>
    /// <param name="space">What <see cref="SpaceFor"/> says.</param>
    public long Place(long tail, int space) =>
        (tail & (PageBytes - 1)) + space <= PageBytes ? tail : NextPage(tail);
}
