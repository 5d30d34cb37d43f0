using EmbeddedConsensus.Watches;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EmbeddedConsensus.Tests.Watches;

public sealed class WatcherIndexTests
{
    private static readonly Gen<Key> Keys =
        Gen.Choose(1, 3).SelectMany(length => Gen.Choose(0, 3).ArrayOf(length))
            .Select(symbols => new Key(symbols.Select(symbol => new byte[] { 0, 1, 0x7f, 0xff }[symbol]).ToArray()));

    private static readonly Gen<KeyRange> Ranges = Gen.OneOf(
        Keys.Select(KeyRange.Single),
        Keys.Select(KeyRange.Prefix),
        Keys.Select(KeyRange.From),
        Keys.SelectMany(_ => Keys, KeyRange.Between),
        Gen.Constant(KeyRange.All));

    [Property(MaxTest = 500, Replay = "17,19")]
    public Property Exactly_the_groups_whose_range_contains_the_key_are_found()
    {
        Gen<(KeyRange[] Ranges, Key[] Keys, int[] Removed)> cases =
            from ranges in Ranges.ArrayOf()
            from keys in Keys.ArrayOf()
            from removed in Gen.Choose(0, Math.Max(0, ranges.Length - 1)).ArrayOf(ranges.Length / 3)
            select (ranges, keys, removed);

        return Prop.ForAll(cases.ToArbitrary(), sample => Holds(sample.Ranges, sample.Keys, sample.Removed));
    }

    private static bool Holds(KeyRange[] ranges, Key[] keys, int[] removed)
    {
        WatchBudget budget = new(1 << 20);
        WatcherIndex index = new();
        List<WatchGroup> groups = [];
        foreach ((KeyRange range, int filter) in ranges.Select((range, position) => (range, position % 3)))
        {
            WatchFilter wanted = new(filter == 1, filter == 2, false);
            if (index.Get(range, wanted) is null)
            {
                groups.Add(new WatchGroup(range, wanted, budget));
                index.Add(groups[^1]);
            }
        }

        foreach (WatchGroup gone in removed.Where(position => position < groups.Count).Distinct()
            .Select(position => groups[position]).ToList())
        {
            index.Remove(gone);
            groups.Remove(gone);
        }

        return groups.All(group => index.Get(group.Range, group.Filter) == group) && keys.All(key =>
        {
            List<WatchGroup> found = [];
            index.Find(key.Span, found);
            return found.Count == found.Distinct().Count()
                && found.ToHashSet().SetEquals(groups.Where(group => group.Range.Contains(key)));
        });
    }
}
