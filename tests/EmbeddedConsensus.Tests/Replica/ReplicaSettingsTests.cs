using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class ReplicaSettingsTests
{
    [Theory]
    [Trait("Case", "T11")]
    [InlineData(1 << 10)]
    [InlineData(32 << 20)]
    public void Batches_do_not_grow_with_the_largest_request_and_the_largest_of_any_member_fits_on_the_wire(
        int maxRequestBytes)
    {
        ReplicaSettings settings = new(new ConsensusStoreOptions { MemberId = 1, MaxRequestBytes = maxRequestBytes });

        Assert.Equal(1 << 20, settings.Raft(seed: 1).MaxMessageBytes);
        Assert.True(ReplicaSettings.MaxWireMessageBytes
            >= settings.Raft(seed: 1).MaxMessageBytes + ConsensusStoreOptions.LargestRequestBytes);
    }
}
