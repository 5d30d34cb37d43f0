namespace EmbeddedConsensus.Raft;

/// <summary>Turns <see cref="SnapshotMetadata"/> into the descriptor that storages keep and transports carry, and back.
/// </summary>
/// <remarks>The bytes in the descriptor are the configuration as <see cref="ClusterConfigurationCodec"/> writes it; the
/// first one is its version. Metadata that holds more takes a version that no configuration has.</remarks>
internal static class SnapshotMetadataCodec
{
    /// <summary>Encodes.</summary>
    /// <param name="metadata">The metadata.</param>
    public static SnapshotDescriptor Encode(SnapshotMetadata metadata) =>
        new(metadata.Position, ClusterConfigurationCodec.Encode(metadata.Configuration));

    /// <summary>Decodes.</summary>
    /// <param name="descriptor">What a storage kept, or another member sent.</param>
    /// <exception cref="SnapshotMetadataFormatException">Another version of the library wrote it, or it is damaged.
    /// </exception>
    public static SnapshotMetadata Decode(SnapshotDescriptor descriptor)
    {
        try
        {
            return new SnapshotMetadata(
                descriptor.Position, ClusterConfigurationCodec.Decode(descriptor.Metadata.Span));
        }
        catch (ClusterConfigurationFormatException exception)
        {
            throw new SnapshotMetadataFormatException(
                $"The metadata of the snapshot at index {descriptor.Position.Index} cannot be read. "
                + exception.Message, exception);
        }
    }
}
