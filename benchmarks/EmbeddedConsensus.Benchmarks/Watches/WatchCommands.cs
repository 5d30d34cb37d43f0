using System.CommandLine;
using System.Text.Json;

namespace EmbeddedConsensus.Benchmarks.Watches;

/// <summary>The command lines of the loads of watches.</summary>
internal static class WatchCommands
{
    /// <summary>The subcommand for many watchers of one range.</summary>
    public const string Fanout = "watch-fanout";

    /// <summary>The subcommand that measures the catch-up of many watchers.</summary>
    public const string CatchUp = "watch-catchup";

    private static readonly Option<int> Watchers = new("--watchers")
    {
        Description = "How many watchers.", DefaultValueFactory = static _ => 1_000,
    };

    private static readonly Option<int> Idle = new("--idle")
    {
        Description = "How many watchers of other keys are there, each of a key of its own.",
        DefaultValueFactory = static _ => 10_000,
    };

    private static readonly Option<int> Callers = new("--callers")
    {
        Description = "How many callers put at the same time.", DefaultValueFactory = static _ => 16,
    };

    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long to measure.", DefaultValueFactory = static _ => 10,
    };

    private static readonly Option<int> Revisions = new("--revisions")
    {
        Description = "How many revisions the watchers are behind.", DefaultValueFactory = static _ => 1_000_000,
    };

    /// <summary>Parses the command line and runs it.</summary>
    /// <param name="args">The arguments.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        Command fanout = new(
            Fanout, "Puts while many watchers of the keys read. Prints one line of JSON on standard output.")
        {
            Watchers, Idle, Callers, Seconds,
        };
        fanout.SetAction(static async (parsed, cancellationToken) =>
        {
            WatchFanout load = new(parsed.GetValue(Watchers), parsed.GetValue(Idle), parsed.GetValue(Callers));
            return Print(await load.RunAsync(TimeSpan.FromSeconds(parsed.GetValue(Seconds)), cancellationToken));
        });
        Command catchUp = new(
            CatchUp, "Catches up single-key watchers that are far behind. Prints one line of JSON on standard output.")
        {
            Watchers, Revisions,
        };
        catchUp.SetAction(static async (parsed, cancellationToken) => Print(await new WatchCatchUp(
            parsed.GetValue(Watchers), parsed.GetValue(Revisions)).RunAsync(cancellationToken)));
        return await new RootCommand("Load of watches") { fanout, catchUp }.Parse(args).InvokeAsync();
    }

    private static int Print<TResult>(TResult result)
    {
        Console.WriteLine(JsonSerializer.Serialize(result));
        return 0;
    }
}
