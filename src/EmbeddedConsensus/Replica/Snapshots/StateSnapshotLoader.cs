using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Snapshots;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Replica;

/// <summary>Builds a state machine from the bytes that <see cref="StateSnapshot"/> wrote.</summary>
internal static class StateSnapshotLoader
{
    private const int PieceBytes = 1 << 20;

    private const string WhatToDo =
        "Restore the member's folder from a backup of this very member taken after it last ran. Do not start it on an "
        + "empty folder: it would vote again where it has voted.";

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
        using StoreSectionReader store = new(options);
        ProposalSessionsReader sessions = new();
        ProposalOutcomesReader outcomes = new();
        LeasesSectionReader leases = new();
        try
        {
            SectionTableReader sections = new(sessions, outcomes, leases, store);
            await ReadAsync(reader, sections, cancellationToken).ConfigureAwait(false);
            ProposalSessions proposals = sessions.Complete();
            outcomes.Complete(proposals);
            SnapshotMetadata metadata = MetadataOf(reader);
            MvccStore keys = store.Complete();
            return new ReplicatedStateMachine(
                keys, CompleteLeases(leases, keys), proposals, metadata.Position, metadata.Configuration)
            {
                NewestFormat = newestFormat,
            };
        }
        catch (SnapshotFormatException exception)
        {
            throw new StorageException(
                $"The snapshot at index {reader.Descriptor.Position.Index} cannot be loaded: {exception.Message} "
                + WhatToDo, exception);
        }
    }

    /// <summary>What a snapshot stands for.</summary>
    /// <param name="reader">The snapshot.</param>
    /// <exception cref="StorageException">Its metadata is damaged, or of another version of the library.</exception>
    public static SnapshotMetadata MetadataOf(ISnapshotReader reader)
    {
        try
        {
            return SnapshotMetadataCodec.Decode(reader.Descriptor);
        }
        catch (SnapshotMetadataFormatException exception)
        {
            throw new StorageException(exception.Message, exception);
        }
    }

    private static LeaseTable CompleteLeases(LeasesSectionReader leases, MvccStore keys)
    {
        try
        {
            return leases.Complete(keys);
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    private static async ValueTask ReadAsync(
        ISnapshotReader reader, SectionTableReader sections, CancellationToken cancellationToken)
    {
        byte[] piece = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(reader.Length, 1, PieceBytes));
        long offset = 0;
        int read;
        while ((read = await reader.ReadAsync(offset, piece, cancellationToken).ConfigureAwait(false)) > 0)
        {
            sections.Feed(piece.AsSpan(0, read));
            offset += read;
        }

        sections.Complete();
    }
}
