namespace EmbeddedConsensus.Transport.Tcp.Tests;

public sealed class LargeRequestTests
{
    [Fact]
    public async Task A_request_of_the_largest_size_that_is_allowed_goes_through_to_every_member()
    {
        const int RequestBytes = 8 << 20;
        await using TcpCluster cluster = await TcpCluster.StartAsync(3, options =>
        {
            options.MaxRequestBytes = RequestBytes;
            options.RequestTimeout = TimeSpan.FromMinutes(1);
        });

        // From a follower, so that it crosses the network both as a proposal and as an entry.
        byte[] value = new byte[RequestBytes - 1024];
        new Random(1).NextBytes(value);
        foreach (IKeyValueStore store in cluster.Stores)
        {
            await store.WaitForReadyAsync();
            await store.PutAsync("large", value);
        }

        foreach (IKeyValueStore store in cluster.Stores)
        {
            KeyValue? read = await store.GetAsync("large");
            Assert.Equal(3, read?.Version);
            Assert.True(read!.Value.Span.SequenceEqual(value));
        }
    }

    /// <summary>As after the first restart of a rolling change, or after a mistake in one file.</summary>
    [Fact]
    [Trait("Case", "T11")]
    public async Task A_request_that_is_too_large_for_other_members_callers_passes_under_every_leader()
    {
        const ulong Generous = 2;
        await using TcpCluster cluster = await TcpCluster.StartAsync(3, options =>
        {
            options.MaxRequestBytes = options.MemberId == Generous ? 32 << 20 : options.MaxRequestBytes;
            options.RequestTimeout = TimeSpan.FromMinutes(1);
        });
        byte[] value = new byte[6_000_000];
        new Random(1).NextBytes(value);
        foreach (IKeyValueStore store in cluster.Stores)
        {
            await store.WaitForReadyAsync();
        }

        for (int leader = 0; leader < 3; leader++)
        {
            MemberId next = new((ulong)leader + 1);
            MemberId current = cluster.Stores[leader].Status.Leader;
            if (current != next)
            {
                await cluster.Get<IStoreMaintenance>((int)current.Value - 1).TransferLeadershipAsync(next);
            }

            await cluster.Stores[(int)Generous - 1].PutAsync("large", value);
            foreach (IKeyValueStore store in cluster.Stores)
            {
                await store.PutAsync("small", "v");
                KeyValue? read = await store.GetAsync("large");
                Assert.Equal(leader + 1, read?.Version);
                Assert.True(read!.Value.Span.SequenceEqual(value));
            }
        }

        InvalidRequestException refused = await Assert.ThrowsAsync<InvalidRequestException>(
            async () => await cluster.Stores[0].PutAsync("large", value));
        Assert.Contains("MaxRequestBytes of this member", refused.Message, StringComparison.Ordinal);
    }
}
