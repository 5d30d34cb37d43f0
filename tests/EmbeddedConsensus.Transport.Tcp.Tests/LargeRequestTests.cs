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
}
