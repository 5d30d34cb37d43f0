using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The command line of the load generator.</summary>
internal static class LoadCommand
{
    /// <summary>The subcommand that runs a load.</summary>
    public const string Name = "cluster";

    private static readonly Option<WorkloadKind> Workload = new("--workload")
    {
        Description = "What the callers do: put, get (linearizable), sget (serializable), txn, mixed (80 % get), "
            + "watch.",
        DefaultValueFactory = static _ => WorkloadKind.Put,
    };

    private static readonly Option<int> Replicas = Bounded(
        "--replicas", 3, 1, 5, "How many replicas: 1, 3 or 5.");

    private static readonly Option<int> Callers = Bounded(
        "--callers", 64, 1, 16_384, "How many calls are under way at a time.");

    private static readonly Option<int> Watchers = Bounded(
        "--watchers", 100, 1, 100_000, "How many watchers of one key (watch).");

    private static readonly Option<int> ValueBytes = Bounded(
        "--value", 256, 8, 1 << 20, "The size of a value, in bytes.");

    private static readonly Option<int> Keys = Bounded(
        "--keys", 10_000, 1, 10_000_000, "How many keys there are.");

    private static readonly Option<int> Seconds = Bounded(
        "--seconds", 10, 1, 3_600, "How long to measure.");

    private static readonly Option<int> Warmup = Bounded(
        "--warmup", 2, 0, 600, "How many seconds to run before measuring.");

    private static readonly Option<StorageKind> Storage = new("--storage")
    {
        Description = "Where the replicas keep their log: faster (temporary folders), or memory.",
        DefaultValueFactory = static _ => StorageKind.Faster,
    };

    private static readonly Option<LinearizableReadMode> Reads = new("--reads")
    {
        Description = "How linearizable reads are confirmed: QuorumRound or LeaderLease.",
        DefaultValueFactory = static _ => LinearizableReadMode.QuorumRound,
    };

    /// <summary>Parses the command line and runs it.</summary>
    /// <param name="args">The arguments.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        // The replicas' hosts handle the signals as well, and keep them from ending the process.
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt =
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using PosixSignalRegistration terminate =
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        RootCommand root = new("Load on a whole cluster") { BuildLoad(), FollowerProcess.BuildCommand() };
        return await root.Parse(args).InvokeAsync(
            new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);
    }

    private static Command BuildLoad()
    {
        Command command = new(
            Name, "Puts load on a cluster whose leader is in this process. Prints one line of JSON on standard output.")
        {
            Workload, Replicas, Callers, Watchers, ValueBytes, Keys, Seconds, Warmup, Storage,
            Reads,
        };
        Replicas.Validators.Add(static result =>
        {
            if (NumberOf(result) is { } given && given is not (1 or 3 or 5))
            {
                result.AddError("--replicas is 1, 3 or 5.");
            }
        });
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            LoadOptions options = new()
            {
                Workload = parsed.GetValue(Workload),
                Replicas = parsed.GetValue(Replicas),
                Callers = parsed.GetValue(Callers),
                Watchers = parsed.GetValue(Watchers),
                ValueBytes = parsed.GetValue(ValueBytes),
                Keys = parsed.GetValue(Keys),
                Seconds = parsed.GetValue(Seconds),
                WarmupSeconds = parsed.GetValue(Warmup),
                Storage = parsed.GetValue(Storage),
                Reads = parsed.GetValue(Reads),
            };
            LoadResult result = await LoadRun.RunAsync(options, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(result));
            return 0;
        });
        return command;
    }

    private static Option<int> Bounded(string name, int value, int min, int max, string description)
    {
        Option<int> option = new(name)
        {
            Description = $"{description} From {min} to {max}.",
            DefaultValueFactory = _ => value,
        };
        option.Validators.Add(result =>
        {
            if (NumberOf(result) is { } given && (given < min || given > max))
            {
                result.AddError($"{name} is {given}: use {min} to {max}.");
            }
        });
        return option;
    }

    /// <summary>The user's number; the parser rejects anything else.</summary>
    private static int? NumberOf(OptionResult result) =>
        result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
