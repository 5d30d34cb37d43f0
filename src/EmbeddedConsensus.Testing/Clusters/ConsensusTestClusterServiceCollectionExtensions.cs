using EmbeddedConsensus.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedConsensus.Testing;

/// <summary>Plugs members of a test cluster into the services of an app.</summary>
public static class ConsensusTestClusterServiceCollectionExtensions
{
    /// <summary>
    /// Makes an app use a member of a test cluster instead of the replica that its <c>AddConsensusStore</c> would host;
    /// that replica is never started, and its storage and transport are never created. The app's
    /// <see cref="TimeProvider"/> becomes the cluster's clock.
    /// </summary>
    /// <remarks>Call it after the app's own registrations. It also provides a store to an app that has not called
    /// <c>AddConsensusStore</c>. The member lives with the test's cluster, not with the app's host.</remarks>
    /// <param name="services">The services, before a provider is built from them.</param>
    /// <param name="member">The member.</param>
    /// <param name="serviceKey">The key of the store, if the app uses one.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection UseTestClusterMember(
        this IServiceCollection services, TestClusterMember member, string? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(member);
        Replace(services, serviceKey, new ConsensusStoreService());
        Replace(services, serviceKey, member.Store);
        Replace(services, serviceKey, member.Leases);
        Replace(services, serviceKey, member.Maintenance);
        Replace(services, serviceKey, member.ClusterManager);
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(member.Time);
        return services;
    }

    private static void Replace<TService>(IServiceCollection services, string? serviceKey, TService instance)
        where TService : class
    {
        services.RemoveAllKeyed<TService>(serviceKey);
        services.Add(ServiceDescriptor.KeyedSingleton(serviceKey, instance));
    }
}
