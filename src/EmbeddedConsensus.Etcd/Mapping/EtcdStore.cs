using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>The store that is served, and the header that every response carries.</summary>
/// <param name="services">Where the store is.</param>
/// <param name="options">Says which store.</param>
internal sealed class EtcdStore(IServiceProvider services, IOptions<EtcdOptions> options)
{
    /// <summary>The keys.</summary>
    public IKeyValueStore Keys { get; } = Find<IKeyValueStore>(services, options.Value.ServiceKey);

    /// <summary>The replica's own operations.</summary>
    public IStoreMaintenance Maintenance { get; } = Find<IStoreMaintenance>(services, options.Value.ServiceKey);

    /// <summary>The membership.</summary>
    public IClusterManager Cluster { get; } = Find<IClusterManager>(services, options.Value.ServiceKey);

    /// <summary>The leases.</summary>
    public ILeaseManager Leases { get; } = Find<ILeaseManager>(services, options.Value.ServiceKey);

    /// <summary>The options.</summary>
    public EtcdOptions Options => options.Value;

    /// <summary>A header with a revision, or with the newest that this replica has applied.</summary>
    public Protos.ResponseHeader Header(long? revision = null)
    {
        StoreStatus status = Keys.Status;
        return new Protos.ResponseHeader
        {
            ClusterId = status.Membership?.ClusterId ?? 0,
            MemberId = status.Member.Value,
            Revision = revision ?? status.Revision,
            RaftTerm = status.Term,
        };
    }

    private static T Find<T>(IServiceProvider services, string? key) where T : class =>
        key is null ? services.GetRequiredService<T>() : services.GetRequiredKeyedService<T>(key);
}
