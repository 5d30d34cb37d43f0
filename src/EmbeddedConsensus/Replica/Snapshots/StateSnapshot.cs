using System.Buffers;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine.Snapshots;

namespace EmbeddedConsensus.Replica;

/// <summary>The applied state at one moment, pinned, so that it can be written out while the replica goes on. Its bytes
/// are a table of sections.</summary>
internal sealed class StateSnapshot : IDisposable
{
    private readonly PinnedView _store;
    private readonly SectionTableWriter _sections;

    /// <summary>Pins what a state machine has published.</summary>
    /// <param name="machine">The state machine, right after a publication.</param>
    public StateSnapshot(ReplicatedStateMachine machine)
    {
        Position = machine.Applied;
        _store = machine.Store.OpenView();
        _sections = new SectionTableWriter(
        [
            BufferedSectionWriter.OfSessions(machine.Sessions),
            BufferedSectionWriter.OfOutcomes(machine.Sessions),
            new LeasesSectionWriter(machine.Leases),
            new StoreSectionWriter(_store),
        ]);
    }

    /// <summary>The last entry that is in the state.</summary>
    public LogPosition Position { get; }

    /// <summary>Writes the next piece.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="maxBytes">About how long it may be, in bytes; a single large record may make it longer.</param>
    /// <returns>Whether there is more.</returns>
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes) => _sections.WriteNext(output, maxBytes);

    /// <inheritdoc />
    public void Dispose() => _store.Dispose();
}
