namespace EmbeddedConsensus.Tests.Replica;

public sealed class FormatVersionTests
{
    private static readonly int Present = ConsensusStoreOptions.NewestFormatVersion;

    // Of a later release, which reads the present format too.
    private static readonly int Next = Present + 1;

    [Fact]
    public async Task A_cluster_writes_the_format_of_its_oldest_member_through_an_upgrade_and_a_step_back()
    {
        int[] formats = [Present, Present, Present];
        await using TestCluster cluster = new(3, options =>
        {
            options.ReadFormatVersion = Next;
            options.MaxFormatVersion = formats[(int)options.MemberId - 1];
        });
        for (int member = 0; member < 3; member++)
        {
            await cluster.StartAsync(member);
        }

        await ExpectAsync(cluster, Present);
        for (int member = 0; member < 3; member++)
        {
            await ExpectAsync(cluster, Present);
            formats[member] = Next;
            await cluster.StopAsync(member);
            await cluster.StartAsync(member);
        }

        await ExpectAsync(cluster, Next);
        formats[1] = Present;
        await cluster.StopAsync(1);
        await cluster.StartAsync(1);
        await ExpectAsync(cluster, Present);
        await cluster.AssertEqualAsync();
    }

    private static async Task ExpectAsync(TestCluster cluster, int version)
    {
        for (int member = 0; member < cluster.Size; member++)
        {
            IKeyValueStore store = cluster.Store(member);
            await store.PutAsync($"from-{member}", $"format {version}");
            await Eventually.HoldsAsync(
                () => store.Status.FormatVersion == version, $"member {member} knows that format {version} is written");
        }
    }
}
