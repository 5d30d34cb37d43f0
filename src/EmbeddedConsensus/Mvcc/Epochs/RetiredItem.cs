namespace EmbeddedConsensus.Mvcc;

/// <summary>Something that the writer no longer needs but a reader may. It was reachable from its birth on: for a page
/// the number of the first root that has it, for anything else a revision.</summary>
internal readonly record struct RetiredItem
{
    private const int KindShift = 60;
    private const ulong PayloadMask = (1UL << KindShift) - 1;

    private readonly ulong _bits;
    private readonly long _birth;

    /// <summary>An item of a kind: a page by id, anything else by address.</summary>
    public RetiredItem(RetiredKind kind, ulong payload, long birth)
    {
        _bits = ((ulong)kind << KindShift) | (payload & PayloadMask);
        _birth = birth;
    }

    /// <summary>What was retired.</summary>
    public RetiredKind Kind => (RetiredKind)(_bits >> KindShift);

    /// <summary>Its id or address.</summary>
    public ulong Payload => _bits & PayloadMask;

    /// <summary>Whether a root that was published before the retirement may reach the item.</summary>
    public bool IsReachableFrom(MvccRoot root)
        => _birth <= (Kind == RetiredKind.Page ? root.Sequence : root.Revision);
}
