using EmbeddedConsensus.Transport.Tcp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus;

/// <summary>Lets a store reach its other members by TCP.</summary>
public static class TcpTransportBuilderExtensions
{
    /// <summary>Connects the members by TCP. By default the member listens where the others look for it:
    /// <see cref="ConsensusStoreOptions.AdvertisedAddress"/>, its address in
    /// <see cref="ConsensusStoreOptions.Members"/>, or the one that its cluster has on the member's disk.</summary>
    /// <remarks>The options go through the options pipeline, named by the store's key, and are validated when the host
    /// starts.</remarks>
    /// <param name="builder">The store.</param>
    /// <param name="configure">Sets the options.</param>
    public static IConsensusStoreBuilder UseTcpTransport(
        this IConsensusStoreBuilder builder, Action<TcpTransportOptions>? configure = null) =>
        Use(builder, null, configure);

    /// <summary>Connects the members by TCP, with options from a configuration.</summary>
    /// <param name="builder">The store.</param>
    /// <param name="configuration">The section of the transport. A key that is no setting stops the start.</param>
    /// <param name="configure">Sets options after the configuration has.</param>
    /// <seealso cref="UseTcpTransport(IConsensusStoreBuilder, Action{TcpTransportOptions}?)"/>
    public static IConsensusStoreBuilder UseTcpTransport(
        this IConsensusStoreBuilder builder,
        IConfiguration configuration,
        Action<TcpTransportOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Use(builder, configuration, configure);
    }

    private static IConsensusStoreBuilder Use(
        IConsensusStoreBuilder builder, IConfiguration? configuration, Action<TcpTransportOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.ServiceKey ?? Options.DefaultName;
        builder.Services.AddSingleton<IValidateOptions<TcpTransportOptions>>(
            new TcpTransportOptionsValidator(builder.ServiceKey, configuration));
        OptionsBuilder<TcpTransportOptions> options =
            builder.Services.AddOptions<TcpTransportOptions>(name).ValidateOnStart();
        if (configuration is not null)
        {
            options.Configure(bound => configuration.Bind(bound));
        }

        if (configure is not null)
        {
            options.Configure(configure);
        }

        return builder.UseTransport((services, context) => new TcpTransport(
            context,
            services.GetRequiredService<IOptionsMonitor<TcpTransportOptions>>().Get(name),
            services.GetService<ILogger<TcpTransport>>()));
    }
}
