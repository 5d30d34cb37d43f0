using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>The unused ids.</summary>
internal static partial class ClusterConfigurationCodec
{
    private static void CheckUnused(ClusterConfiguration configuration)
    {
        if (WhyUnusedIsWrong(configuration) is { } wrong)
        {
            throw new ArgumentException($"The configuration cannot be written: {wrong}.", nameof(configuration));
        }
    }

    /// <summary>What is wrong with the unused ids: there is one way to write each set of them, so that configurations
    /// that mean the same are the same bytes. Null when they are right.</summary>
    private static string? WhyUnusedIsWrong(ClusterConfiguration configuration)
    {
        ImmutableArray<MemberIdRange> unused = configuration.UnusedIds;
        if (unused.Length > ClusterConfiguration.MaxUnusedRanges)
        {
            return $"there are {unused.Length} ranges of unused ids, and {ClusterConfiguration.MaxUnusedRanges} are "
                + "allowed";
        }

        // Ids up to here cannot begin the next range: it would touch the one before, or hold no id at all.
        ulong passed = 0;
        foreach (MemberIdRange range in unused)
        {
            bool isBehind = range.First.Value > passed && range.First <= range.Last;
            if (!isBehind || range.Last >= configuration.LastMemberId)
            {
                return $"the unused ids {range} are out of order, or not below the last id "
                    + $"{configuration.LastMemberId}";
            }

            passed = range.Last.Value + 1;
        }

        IEnumerable<MemberId> named = configuration.Voters.Concat(configuration.OutgoingVoters)
            .Concat(configuration.Learners).Concat(configuration.Members.Select(member => member.Id));
        return unused.IsEmpty || !named.Any(id => unused.Any(range => range.Contains(id)))
            ? null
            : "an id of a member is said to be unused";
    }

    private static Span<byte> WriteUnused(Span<byte> destination, ImmutableArray<MemberIdRange> unused)
    {
        destination[0] = (byte)unused.Length;
        destination = destination[1..];
        foreach (MemberIdRange range in unused)
        {
            destination = WriteUInt64(WriteUInt64(destination, range.First.Value), range.Last.Value);
        }

        return destination;
    }

    private static ImmutableArray<MemberIdRange> ReadUnused(ref ReadOnlySpan<byte> source)
    {
        int count = Take(ref source, 1)[0];
        if (count > ClusterConfiguration.MaxUnusedRanges)
        {
            throw Damaged($"it has {count} ranges of unused ids");
        }

        var unused = ImmutableArray.CreateBuilder<MemberIdRange>(count);
        for (int i = 0; i < count; i++)
        {
            MemberId first = new(ReadUInt64(ref source));
            unused.Add(new MemberIdRange(first, new MemberId(ReadUInt64(ref source))));
        }

        return unused.MoveToImmutable();
    }
}
