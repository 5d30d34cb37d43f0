using System.Buffers.Binary;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Builds a state machine from the bytes that <see cref="StateSnapshot"/> wrote.</summary>
internal static class StateSnapshotLoader
{
    private const int PieceBytes = 1 << 20;

    private const string WhatToDo =
        "Restore the member's folder from a backup of this very member taken after it last ran. Do not start it on an "
        + "empty folder: it would vote again where it has voted.";

    // Every session has a bounded window and a cluster few members: far more than that is damage.
    private const int MaxSessionsBytes = 16 << 20;

    /// <summary>Reads a snapshot.</summary>
    /// <param name="reader">The snapshot.</param>
    /// <param name="options">How to lay the store out.</param>
    /// <param name="newestFormat">The newest command format that the state machine accepts.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="StorageException">The snapshot cannot be read, or is not a snapshot of a replica.</exception>
    public static async ValueTask<ReplicatedStateMachine> LoadAsync(
        ISnapshotReader reader, MvccOptions options, byte newestFormat = CommandFormat.Newest,
        CancellationToken cancellationToken = default)
    {
        byte[] piece = GC.AllocateUninitializedArray<byte>(
            (int)Math.Clamp(reader.Length, StateSnapshot.PrefixLength, PieceBytes));
        int sessionsLength = await ReadPrefixAsync(reader, piece, cancellationToken).ConfigureAwait(false);
        byte[] sessions = new byte[sessionsLength];
        await ReadExactlyAsync(reader, StateSnapshot.PrefixLength, sessions, cancellationToken).ConfigureAwait(false);

        ProposalSessions proposals = ProposalSessions.Decode(sessions);
        MvccSnapshotDecoder decoder = new(options);
        try
        {
            long offset = StateSnapshot.PrefixLength + sessionsLength;
            int read;
            while ((read = await reader.ReadAsync(offset, piece, cancellationToken).ConfigureAwait(false)) > 0)
            {
                decoder.Feed(piece.AsSpan(0, read));
                offset += read;
            }

            return new ReplicatedStateMachine(
                decoder.Complete(), proposals, reader.Metadata.Position, reader.Metadata.Configuration)
            {
                NewestFormat = newestFormat,
            };
        }
        catch (MvccSnapshotDamagedException exception)
        {
            throw new StorageException(
                $"The snapshot at index {reader.Metadata.Position.Index} is not a whole state: "
                + $"{exception.Message} {WhatToDo}", exception);
        }
        finally
        {
            decoder.Dispose();
        }
    }

    private static async ValueTask<int> ReadPrefixAsync(
        ISnapshotReader reader, byte[] piece, CancellationToken cancellationToken)
    {
        await ReadExactlyAsync(reader, 0, piece.AsMemory(0, StateSnapshot.PrefixLength), cancellationToken)
            .ConfigureAwait(false);
        if (piece[0] != StateSnapshot.FormatVersion)
        {
            throw new StorageException(
                $"The snapshot at index {reader.Metadata.Position.Index} has format version {piece[0]}; this version "
                + $"of the library reads {StateSnapshot.FormatVersion}. Run the version that wrote it, or a newer "
                + "one.");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(piece.AsSpan(1));
        return length is >= 0 and <= MaxSessionsBytes && length <= reader.Length
            ? length
            : throw new StorageException(
                $"The snapshot at index {reader.Metadata.Position.Index} claims {length} bytes of proposal table: "
                + $"it is damaged. {WhatToDo}");
    }

    private static async ValueTask ReadExactlyAsync(
        ISnapshotReader reader, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int read = await reader.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (read != destination.Length)
        {
            throw new StorageException(
                $"The snapshot at index {reader.Metadata.Position.Index} ends at byte {offset + read}, in the middle "
                + $"of its header: it is damaged. {WhatToDo}");
        }
    }
}
