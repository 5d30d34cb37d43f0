using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

public sealed class SimulatedDiskTests
{
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public void What_was_written_is_recovered()
    {
        HardState state = new(2, new MemberId(3), 1);
        _disk.Write([Entry(1, 1), Entry(2, 2), Entry(3, 2)], state);
        RecoveredLog log = _disk.Recover();
        Assert.Equal(state, log.HardState);
        Assert.Equal(3UL, log.LastIndex);
        Assert.Equal([new TermStart(1, 1), new TermStart(2, 2)], log.Terms);
    }

    [Fact]
    public void An_append_at_an_existing_index_overrides_everything_behind_it()
    {
        _disk.Write([Entry(1, 1), Entry(2, 1), Entry(3, 1)], null);
        _disk.Write([Entry(2, 2)], null);
        Assert.Equal(2UL, _disk.LastIndex);
        Assert.False(_disk.Holds(new LogPosition(2, 1)));
        Assert.True(_disk.Holds(new LogPosition(2, 2)));
    }

    [Fact]
    public void An_append_behind_a_gap_is_refused()
    {
        _disk.Write([Entry(1, 1)], null);
        Assert.Throws<SimulationFailedException>(() => _disk.Write([Entry(3, 1)], null));
    }

    [Fact]
    public void A_dropped_prefix_is_gone_and_a_crash_brings_back_at_most_a_contiguous_part_of_it()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            SimulatedDisk disk = new();
            disk.Write([.. Enumerable.Range(1, 10).Select(index => Entry((ulong)index, 1))], null);
            disk.Drop(new LogPosition(6, 1));
            Assert.Empty(disk.Read(6, 7, 1_000));
            disk.Crash(new SimulationRandom(seed));
            RecoveredLog log = disk.Recover();
            Assert.InRange(log.Start.Index, 0UL, 6UL);
            Assert.Equal(10UL, log.LastIndex);
            Assert.Equal(10 - (int)log.Start.Index, disk.Read(log.Start.Index + 1, 10, 100_000).Length);
        }
    }

    [Fact]
    public void A_drop_beyond_the_end_leaves_an_empty_log_behind_the_snapshot()
    {
        _disk.Write([Entry(1, 1), Entry(2, 1)], null);
        _disk.Drop(new LogPosition(9, 3));
        RecoveredLog log = _disk.Recover();
        Assert.Equal(new LogPosition(9, 3), log.Start);
        Assert.Equal(9UL, log.LastIndex);
        Assert.Empty(log.Terms);
    }

    [Fact]
    public void A_read_stops_before_its_limit_and_gives_at_least_one_entry()
    {
        _disk.Write([Entry(1, 1), Entry(2, 1), Entry(3, 1)], null);
        Assert.Single(_disk.Read(1, 3, maxBytes: 1));
        Assert.Equal(2, _disk.Read(1, 3, maxBytes: 2 * Entry(1, 1).Size).Length);
    }

    private static LogEntry Entry(ulong index, ulong term) => new(index, term, LogEntryKind.Command, new byte[10]);
}
