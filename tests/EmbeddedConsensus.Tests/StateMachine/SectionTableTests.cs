using System.Buffers;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.StateMachine.Snapshots;

namespace EmbeddedConsensus.Tests.StateMachine;

/// <summary>A snapshot of the state is a table of sections, so that a later release can add one.</summary>
public sealed class SectionTableTests : IDisposable
{
    private const SectionTag Optional = (SectionTag)0x70;
    private const SectionTag RequiredLater = SectionTag.Required | (SectionTag)0x70;

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1 << 20)]
    public void A_table_is_read_in_pieces_that_are_cut_anywhere(int pieceBytes)
    {
        _machine.Put("a", "1");
        _machine.Put("b", new byte[3_000]);

        using MvccStore store = Load(Snapshot(64), pieceBytes);

        Assert.Equal(3, store.CurrentRevision);
        Assert.Equal(_machine.State.Store.WriterView.Hash(3), store.WriterView.Hash(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_unknown_section_that_the_state_does_not_need_is_skipped(int place)
    {
        _machine.Put("a", "1");
        List<ISectionWriter> sections = Sections();
        sections.Insert(place, new Section(Optional, [1, 2, 3]));

        using MvccStore store = Load(Write(sections), 5);

        Assert.Equal(2, store.CurrentRevision);
    }

    [Fact]
    public void An_unknown_section_that_the_state_needs_is_refused_with_what_to_do()
    {
        List<ISectionWriter> sections = Sections();
        sections.Add(new Section(RequiredLater, []));

        SnapshotFormatException refusal = Assert.Throws<SnapshotFormatException>(() => Load(Write(sections), 64));

        Assert.Contains("0xf0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_that_is_missing_or_there_twice_is_damage()
    {
        Assert.Throws<SnapshotFormatException>(() => Load(Write(Sections()[..1]), 64));
        Assert.Throws<SnapshotFormatException>(() => Load(Write(Sections()[1..]), 64));
        Assert.Throws<SnapshotFormatException>(() => Load(Write([.. Sections(), Sections()[0]]), 64));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void A_snapshot_that_ends_anywhere_but_at_its_end_is_damage()
    {
        _machine.Put("a", "1");
        byte[] whole = Snapshot(64);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<SnapshotFormatException>(() => Load(whole[..length], 64));
        }

        Assert.Throws<SnapshotFormatException>(() => Load([.. whole, 0], 64));
    }

    [Theory]
    [InlineData(1, "never released")]
    [InlineData(2, "never released")]
    [InlineData(4, "newer")]
    public void Another_version_is_refused_with_what_to_do(byte version, string advice)
    {
        byte[] snapshot = Snapshot(64);
        snapshot[0] = version;

        SnapshotFormatException refusal = Assert.Throws<SnapshotFormatException>(() => Load(snapshot, 64));

        Assert.Contains($"format version {version}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(advice, refusal.Message, StringComparison.Ordinal);
    }

    private byte[] Snapshot(int maxBytes)
    {
        using StateSnapshot snapshot = new(_machine.State);
        ArrayBufferWriter<byte> output = new();
        while (snapshot.WriteNext(output, maxBytes))
        {
        }

        return output.WrittenSpan.ToArray();
    }

    private List<ISectionWriter> Sections()
    {
        using PinnedView view = _machine.State.Store.OpenView();
        ArrayBufferWriter<byte> store = new();
        StoreSectionWriter writer = new(view);
        while (writer.WriteNext(store, 64))
        {
        }

        return
        [
            BufferedSectionWriter.OfSessions(_machine.State.Sessions),
            new LeasesSectionWriter(_machine.State.Leases),
            new Section(SectionTag.Store, store.WrittenSpan.ToArray()),
        ];
    }

    private static byte[] Write(IReadOnlyList<ISectionWriter> sections)
    {
        SectionTableWriter writer = new(sections);
        ArrayBufferWriter<byte> output = new();
        while (writer.WriteNext(output, 64))
        {
        }

        return output.WrittenSpan.ToArray();
    }

    private static MvccStore Load(byte[] snapshot, int pieceBytes)
    {
        ProposalSessionsReader sessions = new();
        using StoreSectionReader store = new(new MvccOptions());
        LeasesSectionReader leases = new();
        SectionTableReader reader = new(sessions, leases, store);
        foreach (byte[] piece in snapshot.Chunk(pieceBytes))
        {
            reader.Feed(piece);
        }

        reader.Complete();
        sessions.Complete();
        return store.Complete();
    }

    private sealed class Section(SectionTag tag, byte[] content) : ISectionWriter
    {
        public SectionTag Tag => tag;

        public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
        {
            output.Write(content);
            return false;
        }
    }
}
