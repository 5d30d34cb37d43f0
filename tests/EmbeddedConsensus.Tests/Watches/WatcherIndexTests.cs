using EmbeddedConsensus.Mvcc;
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
    public Property Exactly_the_watchers_whose_range_contains_the_key_are_found()
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
        WatchHub hub = new(() => default(PinnedView), 1);
        List<Watcher> watchers = [.. ranges.Select(range => hub.Add(range, new WatchOptions(), 2, new NoSignal()))];
        WatcherIndex index = new();
        watchers.ForEach(index.Add);
        foreach (Watcher gone in removed.Distinct().Select(position => watchers[position]).ToList())
        {
            index.Remove(gone);
            watchers.Remove(gone);
        }

        return keys.All(key =>
        {
            List<Watcher> found = [];
            index.Find(key.Span, found);
            return found.Count == found.Distinct().Count()
                && found.ToHashSet().SetEquals(watchers.Where(watcher => watcher.Range.Contains(key)));
        });
    }

    private sealed class NoSignal : IWatchSignal
    {
        public void Wake()
        {
        }
    }
}
