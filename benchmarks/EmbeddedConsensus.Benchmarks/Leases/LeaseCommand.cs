using System.CommandLine;
using System.Text.Json;
using EmbeddedConsensus.Benchmarks.Cluster;

namespace EmbeddedConsensus.Benchmarks.Leases;

/// <summary>The command line of the load of leases.</summary>
internal static class LeaseCommand
{
    /// <summary>The subcommand.</summary>
    public const string Name = "leases";

    private static readonly Option<int> Count = new("--count")
    {
        Description = "How many leases are held and renewed.", DefaultValueFactory = static _ => 1_000_000,
    };

    private static readonly Option<int> Expire = new("--expire")
    {
        Description = "How many more leases, with a key each, expire at one moment.",
        DefaultValueFactory = static _ => 100_000,
    };

    private static readonly Option<int> TimeToLive = new("--ttl")
    {
        Description = "The time to live of the held leases, in seconds.", DefaultValueFactory = static _ => 60,
    };

    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long to measure the renewals.", DefaultValueFactory = static _ => 20,
    };

    private static readonly Option<int> Replicas = new("--replicas")
    {
        Description = "How many replicas: 1, 3 or 5.", DefaultValueFactory = static _ => 3,
    };

    private static readonly Option<StorageKind> Storage = new("--storage")
    {
        Description = "Where the replicas keep their log: faster (temporary folders), or memory.",
        DefaultValueFactory = static _ => StorageKind.Faster,
    };

    /// <summary>Parses the command line and runs it.</summary>
    /// <param name="args">The arguments.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        Command command = new(
            Name, "Holds leases in a cluster, and lets others expire. Prints one line of JSON on standard output.")
        {
            Count, Expire, TimeToLive, Seconds, Replicas, Storage,
        };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            LeaseLoad load = new(
                parsed.GetValue(Count), parsed.GetValue(Expire), TimeSpan.FromSeconds(parsed.GetValue(TimeToLive)),
                TimeSpan.FromSeconds(parsed.GetValue(Seconds)));
            Console.WriteLine(JsonSerializer.Serialize(await load.RunAsync(
                parsed.GetValue(Replicas), parsed.GetValue(Storage), cancellationToken)));
            return 0;
        });
        return await new RootCommand("Load of leases") { command }.Parse(args).InvokeAsync();
    }
}
