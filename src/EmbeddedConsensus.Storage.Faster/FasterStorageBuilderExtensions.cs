using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Storage.Faster;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Lets a store keep its data on disk.</summary>
public static class FasterStorageBuilderExtensions
{
    /// <summary>Keeps the log and the snapshots in a folder of this member's own, by FASTER.</summary>
    /// <remarks>The options go through the options pipeline, named by the store's key, and are validated when the host
    /// starts.</remarks>
    /// <param name="builder">The store.</param>
    /// <param name="configure">Sets the options; <see cref="FasterStorageOptions.Directory"/> is required.</param>
    public static IConsensusStoreBuilder UseFasterStorage(
        this IConsensusStoreBuilder builder, Action<FasterStorageOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Use(builder, null, configure);
    }

    /// <summary>Keeps the log and the snapshots in a folder of this member's own, by FASTER, with options from a
    /// configuration.</summary>
    /// <param name="builder">The store.</param>
    /// <param name="configuration">The section of the storage; <see cref="FasterStorageOptions.Directory"/> is
    /// required. A key that is no setting stops the start.</param>
    /// <param name="configure">Sets options after the configuration has.</param>
    /// <seealso cref="UseFasterStorage(IConsensusStoreBuilder, Action{FasterStorageOptions})"/>
    public static IConsensusStoreBuilder UseFasterStorage(
        this IConsensusStoreBuilder builder,
        IConfiguration configuration,
        Action<FasterStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Use(builder, configuration, configure);
    }

    private static IConsensusStoreBuilder Use(
        IConsensusStoreBuilder builder, IConfiguration? configuration, Action<FasterStorageOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.ServiceKey ?? Options.DefaultName;
        builder.Services.AddSingleton<IValidateOptions<FasterStorageOptions>>(
            new FasterStorageOptionsValidator(builder.ServiceKey, configuration));
        OptionsBuilder<FasterStorageOptions> options =
            builder.Services.AddOptions<FasterStorageOptions>(name).ValidateOnStart();
        if (configuration is not null)
        {
            options.Configure(bound => configuration.Bind(bound));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        return builder.UseStorage(services =>
        {
            FasterStorage storage = FasterStorage.Open(
                services.GetRequiredService<IOptionsMonitor<FasterStorageOptions>>().Get(name));
            return new ReplicaStorage(storage.Log, storage.Snapshots);
        });
    }
}
