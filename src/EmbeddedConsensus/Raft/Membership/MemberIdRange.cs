namespace EmbeddedConsensus.Raft;

/// <summary>Member ids that follow one another.</summary>
/// <param name="First">The lowest id.</param>
/// <param name="Last">The highest id; at least <paramref name="First"/>.</param>
internal readonly record struct MemberIdRange(MemberId First, MemberId Last)
{
    /// <summary>How many ids follow the first.</summary>
    internal ulong Length => Last.Value - First.Value;

    /// <summary>Whether an id is one of them.</summary>
    /// <param name="id">The id.</param>
    public bool Contains(MemberId id) => id >= First && id <= Last;

    /// <summary>The range in words.</summary>
    public override string ToString() => First == Last ? First.ToString() : $"{First} to {Last}";
}
