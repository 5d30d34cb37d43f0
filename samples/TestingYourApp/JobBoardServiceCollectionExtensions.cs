using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EmbeddedConsensus.Samples.TestingYourApp;

/// <summary>Registers the app's services.</summary>
public static class JobBoardServiceCollectionExtensions
{
    /// <summary>Adds the board and its store.</summary>
    /// <param name="services">The services.</param>
    public static IServiceCollection AddJobBoard(this IServiceCollection services)
    {
        services.AddConsensusStore();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<JobBoard>();
        return services;
    }
}
