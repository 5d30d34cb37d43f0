using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A published snapshot on a simulated disk.</summary>
/// <param name="Descriptor">What it stands for.</param>
/// <param name="Data">Its bytes.</param>
internal sealed record SimulatedSnapshot(SnapshotDescriptor Descriptor, ReadOnlyMemory<byte> Data)
{
    private const int ChunkBytes = 1_024;

    /// <summary>What it stands for, as a replica reads it.</summary>
    public SnapshotMetadata Metadata => SnapshotMetadataCodec.Decode(Descriptor);

    /// <summary>Whether its bytes are no whole state, though every checksum fits: written by a newer release,
    /// say.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>Where bits have flipped, or null.</summary>
    public int? DamagedAt { get; init; }

    /// <summary>Reads bytes. The checksum of each chunk is verified when any of it is read.</summary>
    /// <param name="offset">Where to start.</param>
    /// <param name="length">How many bytes to read; less are given at the end only.</param>
    /// <param name="trustsDamage">Whether no checksum is looked at: a mistake made on purpose.</param>
    /// <exception cref="StorageCorruptedException">A chunk is damaged.</exception>
    public ReadOnlyMemory<byte> Read(long offset, int length, bool trustsDamage)
    {
        int from = (int)Math.Min(offset, Data.Length);
        int taken = Math.Min(length, Data.Length - from);
        if (DamagedAt is { } damaged && !trustsDamage && taken > 0
            && damaged / ChunkBytes >= from / ChunkBytes && damaged / ChunkBytes <= (from + taken - 1) / ChunkBytes)
        {
            throw new StorageCorruptedException("snapshot", damaged,
                $"The checksum of the snapshot's chunk at byte {damaged / ChunkBytes * ChunkBytes} does not fit. "
                + "Replace the member.");
        }

        return Data.Slice(from, taken);
    }
}
