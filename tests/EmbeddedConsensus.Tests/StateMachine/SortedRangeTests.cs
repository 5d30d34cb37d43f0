namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>Sorted and limited ranges, against copying all and sorting it.</summary>
public sealed class SortedRangeTests : IDisposable
{
    private readonly Machine _machine = new();

    public static TheoryData<SortTarget, SortOrder> Orders
    {
        get
        {
            TheoryData<SortTarget, SortOrder> orders = [];
            foreach (SortTarget target in Enum.GetValues<SortTarget>())
            {
                orders.Add(target, SortOrder.Ascending);
                orders.Add(target, SortOrder.Descending);
            }

            return orders;
        }
    }

    public void Dispose() => _machine.Dispose();

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_sorted_range_equals_a_sort_of_the_whole_range(SortTarget target, SortOrder order)
    {
        // Few versions and values for many keys: there are ties everywhere.
        Random random = new(7);
        for (int i = 0; i < 400; i++)
        {
            Key key = $"k{random.Next(120):D3}";
            _ = random.Next(5) == 0 ? _machine.Delete(key) : _machine.Put(key, $"{random.Next(4)}");
        }

        _machine.Txn(Txn.Do([.. Enumerable.Range(0, 30).Select(i => Op.Put($"t{i:D2}", $"{i % 3}"))]));
        long newest = _machine.State.Store.CurrentRevision;
        foreach (KeyRange range in new[] { KeyRange.All, KeyRange.Between("k010", "k080"), KeyRange.Prefix("t") })
        {
            foreach (long revision in new[] { 0, newest, newest - 1, newest / 2 })
            {
                foreach (bool keysOnly in new[] { false, true })
                {
                    Check(range, new RangeOptions
                    {
                        SortTarget = target, SortOrder = order, Revision = revision, KeysOnly = keysOnly,
                    });
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_limited_range_costs_what_it_returns_and_not_what_it_covers(SortTarget target, SortOrder order)
    {
        const int Keys = 200;
        const int ValueBytes = 10_000;
        for (int i = 0; i < Keys; i++)
        {
            _machine.Put($"k{i:D3}", new byte[ValueBytes]);
        }

        RangeOptions options = new() { SortTarget = target, SortOrder = order, Limit = 3, IncludeCount = true };
        long before = GC.GetAllocatedBytesForCurrentThread();
        RangeResult result = _machine.Range(KeyRange.All, options);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal((3, (long)Keys, true), (result.Items.Count, result.Count, result.More));
        Assert.InRange(allocated, 3 * ValueBytes, Keys * ValueBytes / 10);
    }

    private void Check(KeyRange range, RangeOptions options)
    {
        KeyValue[] all = Sorted(
            _machine.Range(range, new RangeOptions { Revision = options.Revision }).Items, options);
        foreach (int limit in new[] { 0, 1, 2, 7, all.Length - 1, all.Length, all.Length + 1, int.MaxValue })
        {
            RangeResult result = _machine.Range(range, options with { Limit = limit });
            KeyValue[] expected = limit > 0 ? [.. all.Take(limit)] : all;
            Assert.Equal(
                expected.Select(item => options.KeysOnly ? item with { Value = default } : item), result.Items);
            bool more = expected.Length < all.Length;
            Assert.Equal((more ? null : all.Length, more), (result.Count, result.More));
            RangeResult counted = _machine.Range(range, options with { Limit = limit, IncludeCount = true });
            Assert.Equal((all.Length, more), (counted.Count, counted.More));
        }
    }

    private static KeyValue[] Sorted(IReadOnlyList<KeyValue> items, RangeOptions options)
    {
        List<KeyValue> sorted = [.. items];
        sorted.Sort((a, b) =>
        {
            (KeyValue first, KeyValue second) = options.SortOrder == SortOrder.Descending ? (b, a) : (a, b);
            int order = options.SortTarget switch
            {
                SortTarget.Version => first.Version.CompareTo(second.Version),
                SortTarget.CreateRevision => first.CreateRevision.CompareTo(second.CreateRevision),
                SortTarget.ModRevision => first.ModRevision.CompareTo(second.ModRevision),
                SortTarget.Value => first.Value.CompareTo(second.Value),
                _ => first.Key.CompareTo(second.Key),
            };
            return order != 0 ? order : a.Key.CompareTo(b.Key);
        });
        return [.. sorted];
    }
}
