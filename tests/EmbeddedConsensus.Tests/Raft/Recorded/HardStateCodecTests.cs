using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What a member has promised is read as it was written, or not at all.</summary>
public sealed class HardStateCodecTests
{
    private static readonly HardState Sample =
        new(9, new MemberId(3), 4, new MemberId(2), new FoundingVotes(8, 0b101));

    public static TheoryData<int> Versions => [.. Enumerable.Range(1, RecordedHardStates.Newest)];

    [Fact]
    [Trait("Scenario", "1")]
    public void Hard_states_are_written_byte_for_byte_as_recorded()
    {
        if (RecordedHardStates.IsRecording)
        {
            RecordedHardStates.Save();
        }

        Dictionary<string, byte[]> recorded = RecordedHardStates.Load(RecordedHardStates.Newest);
        Assert.Equal(RecordedHardStates.All.Keys, recorded.Keys);
        Assert.All(recorded, line => Assert.Equal(line.Value, HardStateCodec.Encode(RecordedHardStates.All[line.Key])));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    [Trait("Scenario", "1")]
    public void Recorded_hard_states_are_read(int version) =>
        Assert.All(
            RecordedHardStates.Load(version),
            line => Assert.Equal(RecordedHardStates.All[line.Key], HardStateCodec.Decode(line.Value)));

    [Fact]
    public void A_new_storage_has_the_hard_state_of_a_new_member() =>
        Assert.Equal(default, HardStateCodec.Decode([]));

    [Fact]
    public void A_hard_state_of_another_length_is_refused()
    {
        byte[] bytes = HardStateCodec.Encode(Sample);
        for (int length = 1; length < bytes.Length; length++)
        {
            Assert.Throws<HardStateFormatException>(() => HardStateCodec.Decode(bytes.AsSpan(0, length)));
        }

        Assert.Throws<HardStateFormatException>(() => HardStateCodec.Decode([.. bytes, 0]));
    }

    [Fact]
    public void A_later_version_is_refused_by_its_number_however_long_it_is()
    {
        byte[] bytes = HardStateCodec.Encode(Sample);
        bytes[0] = 2;

        HardStateFormatException refused = Assert.Throws<HardStateFormatException>(
            () => HardStateCodec.Decode([.. bytes, 1, 2, 3]));
        Assert.Contains("format version 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hard_state_that_contradicts_itself_is_refused()
    {
        HardState[] impossible =
        [
            Sample with { FoundingVotes = new FoundingVotes(10, 0) },
            Sample with { FoundingVotes = new FoundingVotes(0, 1) },
            new(0, new MemberId(3), 0, new MemberId(2)),
        ];
        Assert.All(
            impossible,
            state => Assert.Throws<HardStateFormatException>(
                () => HardStateCodec.Decode(HardStateCodec.Encode(state))));
    }

    [Fact]
    public void A_storage_that_has_not_kept_the_hard_state_is_named_as_the_cause()
    {
        StoredLog stored = new(HardStateCodec.Encode(Sample).AsMemory(0, 20), default, 0, []);

        StorageException refused = Assert.Throws<StorageException>(() => stored.Decode());
        Assert.Contains("The log storage has not kept", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Sample, (stored with { HardState = HardStateCodec.Encode(Sample) }).Decode().HardState);
    }

    [Fact]
    public void It_fits_what_storages_accept() => Assert.InRange(HardStateCodec.Bytes, 1, LogAppend.MaxHardStateBytes);
}
