using EmbeddedConsensus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Samples.TestingYourApp.Tests;

/// <summary>The app as its own registrations build it: three processes, each with a member of one cluster.</summary>
public sealed class HostedJobBoardTests
{
    [Fact]
    public async Task Three_processes_of_the_app_share_one_board()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        IHost[] processes = [.. cluster.Members.Select(Process)];
        foreach (IHost process in processes)
        {
            await process.StartAsync();
        }

        await Board(processes[0]).PostAsync("nightly", "report");
        Assert.True(await Board(processes[1]).TryClaimAsync("nightly", "worker-1"));
        await cluster.Members[1].CrashAsync();
        await cluster.WaitForLeaderAsync();

        Assert.Equal("worker-1", await cluster.RunUntilAsync(Board(processes[2]).OwnerAsync("nightly")));
        foreach (IHost process in processes)
        {
            await process.StopAsync();
            process.Dispose();
        }
    }

    private static JobBoard Board(IHost process) => process.Services.GetRequiredService<JobBoard>();

    private static IHost Process(TestClusterMember member)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddJobBoard();
        builder.Services.UseTestClusterMember(member);
        return builder.Build();
    }
}
