using System.Text.Json;
using EmbeddedConsensus.Storage;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>The process of a member: a replica in a host, its callers and watchers, and the requests of the
/// parent.</summary>
internal static class NodeProgram
{
    /// <summary>The hidden verb of the command line.</summary>
    public const string Verb = "node";

    /// <summary>The exit code of a member that reported that it could not start.</summary>
    public const int StartFailedExitCode = 3;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Runs a member until its standard input ends or it is asked to stop.</summary>
    /// <param name="json">Its <see cref="NodeSettings"/>.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string json)
    {
        NodeSettings settings = JsonSerializer.Deserialize<NodeSettings>(json)
            ?? throw new ArgumentException("The settings are null.", nameof(json));
        NodeDisk disk = new();
        using IHost host = NodeHost.Build(settings, disk);
        EventWriter events = new(Console.Out);
        try
        {
            await host.StartAsync();
        }
        catch (StorageException exception)
        {
            StorageCorruptedException? damage = exception as StorageCorruptedException;
            events.Write(new NodeEvent.StartFailed(
                exception.GetType().Name, exception.Message, damage?.File, damage?.Offset ?? 0));
            return StartFailedExitCode;
        }

        events.Write(new NodeEvent.Ready());
        await using NodeServer server = new(settings, host, disk, events);
        await server.ServeAsync(Console.In);

        // If the parent is gone, nothing else stops this process.
        using CancellationTokenSource deadline = new(StopTimeout);
        await host.StopAsync(deadline.Token);
        return 0;
    }
}
