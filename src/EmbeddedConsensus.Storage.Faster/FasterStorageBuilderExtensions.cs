using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Storage.Faster;

namespace EmbeddedConsensus;

/// <summary>Lets a store keep its data on disk.</summary>
public static class FasterStorageBuilderExtensions
{
    /// <summary>Keeps the log and the snapshots in a folder of this member's own, by FASTER.</summary>
    /// <param name="builder">The store.</param>
    /// <param name="configure">Sets the options; <see cref="FasterStorageOptions.Directory"/> is required.</param>
    public static IConsensusStoreBuilder UseFasterStorage(
        this IConsensusStoreBuilder builder, Action<FasterStorageOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.UseStorage(_ =>
        {
            FasterStorageOptions options = new();
            configure(options);
            FasterStorage storage = FasterStorage.Open(options);
            return new ReplicaStorage(storage.Log, storage.Snapshots);
        });
    }
}
