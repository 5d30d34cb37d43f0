using System.Buffers;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The applied state at one moment, pinned, so that it can be written out while the replica goes on. Its bytes are a
/// format version, the table of applied proposals with its length before it, and the store's own stream.
/// </summary>
internal sealed class StateSnapshot : IDisposable
{
    /// <summary>The version of the snapshot format that this code writes.</summary>
    public const byte FormatVersion = 1;

    /// <summary>The length of the format version and of the proposal table's length, in bytes.</summary>
    public const int PrefixLength = 1 + sizeof(int);

    private readonly ArrayBufferWriter<byte> _sessions = new();
    private readonly PinnedView _store;
    private readonly MvccSnapshotEncoder _encoder;
    private bool _prefixWritten;

    /// <summary>Pins what a state machine has published.</summary>
    /// <param name="machine">The state machine, right behind a publication.</param>
    public StateSnapshot(ReplicatedStateMachine machine)
    {
        Position = machine.Applied;
        machine.Sessions.Encode(_sessions);
        _store = machine.Store.OpenView();
        _encoder = new MvccSnapshotEncoder(_store);
    }

    /// <summary>The last entry that is in the state.</summary>
    public LogPosition Position { get; }

    /// <summary>Writes the next piece.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="maxBytes">About how long it may be; a single large record may make it longer.</param>
    /// <returns>False when that was the last.</returns>
    public bool WriteNext(IBufferWriter<byte> output, int maxBytes)
    {
        if (!_prefixWritten)
        {
            Span<byte> prefix = output.GetSpan(PrefixLength);
            prefix[0] = FormatVersion;
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(prefix[1..], _sessions.WrittenCount);
            output.Advance(PrefixLength);
            output.Write(_sessions.WrittenSpan);
            _prefixWritten = true;
        }

        return _encoder.WriteNext(output, maxBytes);
    }

    /// <inheritdoc />
    public void Dispose() => _store.Dispose();
}
