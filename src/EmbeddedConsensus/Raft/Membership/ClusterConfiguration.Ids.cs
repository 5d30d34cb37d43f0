using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>Which ids were used. An id is never given to a second member: what is left of the first one, messages and a
/// disk with its promises, would be taken for the second one's.</summary>
/// <remarks>
/// <para>An id is used from the entry that adds its member on, for as long as that entry is in the log. Where the entry
/// is truncated, the id is unused again, and must be: no member could remember it, and the member that was being added
/// goes on asking under the same id. No harm comes of it. A new member is a learner first, and gets a vote only when
/// the entry that added it is committed (so no configuration that could be truncated together with that entry counts
/// its vote or its acknowledgements); so an id that a truncation frees has promised nothing that another member relied
/// on.</para>
/// <para>Once the entry is committed the id stays used in every later configuration: each is made from the one before,
/// and ids only ever leave <see cref="UnusedIds"/>. So a member that a committed configuration does not name, though
/// its id was used, is gone for good.</para>
/// </remarks>
internal sealed partial record ClusterConfiguration
{
    /// <summary>The most ranges in <see cref="UnusedIds"/>.</summary>
    public const int MaxUnusedRanges = 32;

    /// <summary>The highest id that a member ever had; whatever lies above is unused.</summary>
    public MemberId LastMemberId { get; init; }

    /// <summary>The ids below <see cref="LastMemberId"/> that are known to be unused: ranges in ascending order that
    /// neither overlap nor touch, at most <see cref="MaxUnusedRanges"/>. When there would be more, the shortest is
    /// dropped and its ids count as used: that wastes ids and does no harm.</summary>
    public ImmutableArray<MemberIdRange> UnusedIds { get; init; } = [];

    /// <summary>Whether an id was a member's, or may have been: then it is never given to another one.</summary>
    /// <param name="id">The id.</param>
    public bool WasUsed(MemberId id) => !id.IsNone && id <= LastMemberId && !IsListedUnused(id);

    /// <summary>The same configuration in which some ids count as used, whether or not they did before.</summary>
    /// <param name="ids">The ids, in any order.</param>
    internal ClusterConfiguration WithUsed(IEnumerable<MemberId> ids)
    {
        List<MemberIdRange> unused = [.. UnusedIds];
        MemberId last = LastMemberId;
        foreach (MemberId id in ids)
        {
            if (id <= last)
            {
                Exclude(unused, id);
                continue;
            }

            if (id.Value - last.Value > 1)
            {
                unused.Add(new MemberIdRange(new MemberId(last.Value + 1), new MemberId(id.Value - 1)));
            }

            last = id;
        }

        while (unused.Count > MaxUnusedRanges)
        {
            unused.Remove(unused.MinBy(range => range.Length));
        }

        return this with { LastMemberId = last, UnusedIds = [.. unused] };
    }

    private static void Exclude(List<MemberIdRange> unused, MemberId id)
    {
        int at = unused.FindIndex(range => range.Contains(id));
        if (at < 0)
        {
            return;
        }

        MemberIdRange whole = unused[at];
        unused.RemoveAt(at);
        if (id < whole.Last)
        {
            unused.Insert(at, whole with { First = new MemberId(id.Value + 1) });
        }

        if (id > whole.First)
        {
            unused.Insert(at, whole with { Last = new MemberId(id.Value - 1) });
        }
    }

    private bool IsListedUnused(MemberId id)
    {
        foreach (MemberIdRange range in UnusedIds)
        {
            if (range.Contains(id))
            {
                return true;
            }
        }

        return false;
    }
}
