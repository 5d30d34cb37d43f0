using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

public sealed class SimulatedDiskTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly ReadOnlyMemory<byte> FirstState =
        HardStateCodec.Encode(new HardState(1, new MemberId(1), 0));

    private readonly SimulatedDisk _disk = new();

    [Fact]
    public void Written_records_are_recovered()
    {
        HardState state = new(2, new MemberId(3), 1);
        _disk.Write([Entry(1, 1), Entry(2, 2), Entry(3, 2)], HardStateCodec.Encode(state));
        RecoveredLog log = _disk.Recover(Now).Decode();
        Assert.Equal(state, log.HardState);
        Assert.Equal(3UL, log.LastIndex);
        Assert.Equal([new TermStart(1, 1), new TermStart(2, 2)], log.Terms);
    }

    [Fact]
    public void An_append_at_an_existing_index_overrides_everything_after_it()
    {
        _disk.Write([Entry(1, 1), Entry(2, 1), Entry(3, 1)], default);
        _disk.Write([Entry(2, 2)], default);
        Assert.Equal(2UL, _disk.LastIndex);
        Assert.False(_disk.Holds(new LogPosition(2, 1)));
        Assert.True(_disk.Holds(new LogPosition(2, 2)));
    }

    [Fact]
    public void An_append_after_a_gap_is_refused()
    {
        _disk.Write([Entry(1, 1)], default);
        Assert.Throws<SimulationFailedException>(() => _disk.Write([Entry(3, 1)], null));
    }

    [Fact]
    public void A_dropped_prefix_is_gone_and_a_crash_brings_back_at_most_a_contiguous_part_of_it()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            SimulatedDisk disk = new();
            disk.Write([.. Enumerable.Range(1, 10).Select(index => Entry((ulong)index, 1))], default);
            disk.Drop(new LogPosition(6, 1));
            Assert.Empty(disk.Read(6, 7, 1_000));
            disk.Crash(new SimulationRandom(seed));
            StoredLog log = disk.Recover(Now);
            Assert.InRange(log.Start.Index, 0UL, 6UL);
            Assert.Equal(10UL, log.LastIndex);
            Assert.Equal(10 - (int)log.Start.Index, disk.Read(log.Start.Index + 1, 10, 100_000).Length);
        }
    }

    [Fact]
    public void A_drop_beyond_the_end_leaves_an_empty_log_after_the_snapshot()
    {
        _disk.Write([Entry(1, 1), Entry(2, 1)], default);
        _disk.Drop(new LogPosition(9, 3));
        StoredLog log = _disk.Recover(Now);
        Assert.Equal(new LogPosition(9, 3), log.Start);
        Assert.Equal(9UL, log.LastIndex);
        Assert.Empty(log.Terms);
    }

    [Fact]
    public void A_read_stops_before_its_limit_and_returns_at_least_one_entry()
    {
        _disk.Write([Entry(1, 1), Entry(2, 1), Entry(3, 1)], default);
        Assert.Single(_disk.Read(1, 3, maxBytes: 1));
        Assert.Equal(2, _disk.Read(1, 3, maxBytes: 2 * Entry(1, 1).Size).Length);
    }

    [Theory]
    [Trait("Scenario", "37")]
    [Trait("Scenario", "39")]
    [InlineData(nameof(FaultKind.RottenLog))]
    [InlineData(nameof(FaultKind.RottenHardState))]
    [InlineData(nameof(FaultKind.MisdirectedWrite))]
    [InlineData(nameof(FaultKind.StaleSector))]
    public void A_record_that_was_durable_and_is_damaged_stops_the_recovery(string kind)
    {
        WriteThreeFlushes();
        Assert.True(_disk.Damage(Enum.Parse<FaultKind>(kind), where: 5));
        Assert.True(_disk.IsDamaged);
        Assert.Throws<StorageCorruptedException>(() => _disk.Recover(Now));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void A_damaged_entry_cannot_be_read_and_those_beside_it_can()
    {
        WriteThreeFlushes();
        Assert.True(_disk.Damage(FaultKind.RottenLog, where: 0));
        Assert.Throws<StorageCorruptedException>(() => _disk.Read(1, 1, 100));
        Assert.Single(_disk.Read(3, 3, 100));
    }

    [Fact]
    public void Damage_disappears_with_the_dropped_records()
    {
        WriteThreeFlushes();
        Assert.True(_disk.Damage(FaultKind.RottenLog, where: 0));
        _disk.Drop(new LogPosition(2, 1));
        Assert.False(_disk.IsDamaged);
        Assert.Equal(3UL, _disk.Recover(Now).LastIndex);
    }

    [Fact]
    public void The_last_flush_is_not_damaged_because_no_log_could_detect_it()
    {
        _disk.Write([Entry(1, 1)], FirstState);
        _disk.Flushed();
        Assert.False(_disk.Damage(FaultKind.RottenLog, where: 0));
        Assert.False(_disk.Damage(FaultKind.RottenHardState, where: 0));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void A_snapshot_with_a_flipped_bit_cannot_be_read_there()
    {
        SnapshotMetadata metadata = new(new LogPosition(9, 1), ClusterConfiguration.OfVoters(new MemberId(1)));
        _disk.Publish(new SimulatedSnapshot(SnapshotMetadataCodec.Encode(metadata), new byte[5_000]));
        Assert.True(_disk.Damage(FaultKind.RottenSnapshot, where: 3_000));
        Assert.Throws<StorageCorruptedException>(() => _disk.NewestSnapshot!.Read(2_900, 50, trustsDamage: false));
        Assert.Equal(50, _disk.NewestSnapshot!.Read(0, 50, trustsDamage: false).Length);
    }

    [Fact]
    [Trait("Scenario", "38")]
    [Trait("Scenario", "40")]
    public void A_full_disk_and_a_failed_flush_are_errors()
    {
        _disk.FailsNextFlush = true;
        Assert.Throws<StorageException>(_disk.ThrowIfUnwritable);
        _disk.ThrowIfUnwritable();
        _disk.IsFull = true;
        Assert.Throws<StorageException>(_disk.ThrowIfUnwritable);
        Assert.Throws<StorageException>(() => _disk.Recover(Now));
    }

    [Fact]
    public void An_incarnation_is_greater_than_the_last_when_the_time_of_day_has_jumped_back()
    {
        ulong first = _disk.Recover(Now).Incarnation;
        Assert.True(_disk.Recover(Now.AddDays(-1)).Incarnation > first);
    }

    private void WriteThreeFlushes()
    {
        for (ulong index = 1; index <= 3; index++)
        {
            _disk.Write([Entry(index, 1)], index == 1 ? FirstState : default);
            _disk.Flushed();
        }
    }

    private static LogEntry Entry(ulong index, ulong term) => new(index, term, LogEntryKind.Command, new byte[10]);
}
