using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

public sealed class RaftOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new RaftOptions { Id = new MemberId(1), Seed = 0 }.Validate();

    public static TheoryData<string> Settings =>
    [
        nameof(RaftOptions.Id), nameof(RaftOptions.ElectionTicks), nameof(RaftOptions.HeartbeatTicks),
        nameof(RaftOptions.MaxMessageBytes), nameof(RaftOptions.MaxInflightMessages),
        nameof(RaftOptions.MaxInflightBytes), nameof(RaftOptions.MaxUncommittedBytes),
        nameof(RaftOptions.MaxApplyBytes), nameof(RaftOptions.LogCacheBytes),
        nameof(RaftOptions.SnapshotChunkBytes), nameof(RaftOptions.MaxPendingReads),
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_out_of_range_is_refused_by_name(string setting)
    {
        int Or(string name, int value) => name == setting ? 0 : value;
        RaftOptions options = new()
        {
            Id = new MemberId((ulong)Or(nameof(RaftOptions.Id), 1)),
            Seed = 0,
            ElectionTicks = Or(nameof(RaftOptions.ElectionTicks), 10),
            HeartbeatTicks = Or(nameof(RaftOptions.HeartbeatTicks), 1),
            MaxMessageBytes = Or(nameof(RaftOptions.MaxMessageBytes), 1),
            MaxInflightMessages = Or(nameof(RaftOptions.MaxInflightMessages), 1),
            MaxInflightBytes = Or(nameof(RaftOptions.MaxInflightBytes), 1),
            MaxUncommittedBytes = Or(nameof(RaftOptions.MaxUncommittedBytes), 1),
            MaxApplyBytes = Or(nameof(RaftOptions.MaxApplyBytes), 1),
            LogCacheBytes = Or(nameof(RaftOptions.LogCacheBytes), 1),
            SnapshotChunkBytes = Or(nameof(RaftOptions.SnapshotChunkBytes), 1),
            MaxPendingReads = Or(nameof(RaftOptions.MaxPendingReads), 1),
        };

        ArgumentException e = Assert.Throws<ArgumentException>(options.Validate);

        Assert.Contains(setting, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "9")]
    public void A_lease_needs_check_quorum_a_tick_interval_and_a_drift_below_one()
    {
        TimeSpan tick = TimeSpan.FromMilliseconds(10);
        new RaftOptions { Id = new MemberId(1), Seed = 0, UseReadLease = true, TickInterval = tick }.Validate();

        AssertRefused(nameof(RaftOptions.CheckQuorum), new RaftOptions
        {
            Id = new MemberId(1), Seed = 0, UseReadLease = true, TickInterval = tick, CheckQuorum = false,
        });
        AssertRefused(nameof(RaftOptions.TickInterval), new RaftOptions
        {
            Id = new MemberId(1), Seed = 0, UseReadLease = true,
        });
        AssertRefused(nameof(RaftOptions.MaxClockDrift), new RaftOptions
        {
            Id = new MemberId(1), Seed = 0, MaxClockDrift = 1,
        });
    }

    private static void AssertRefused(string setting, RaftOptions options) =>
        Assert.Contains(setting, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
}
