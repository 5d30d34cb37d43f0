using System.CommandLine;
using System.Runtime.InteropServices;
using EmbeddedConsensus.Chaos.Faults;

namespace EmbeddedConsensus.Chaos;

/// <summary>The command line.</summary>
internal static class ChaosCommand
{
    private const int DefaultRoundSeconds = 25;
    private const string ByRound = "round";
    private const string ByLease = "lease";

    private static readonly Option<double> Minutes = new("--minutes")
    {
        Description = "How long faults are injected, in minutes. Default: 5.",
    };

    private static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long faults are injected, in seconds, instead of --minutes.",
    };

    private static readonly Option<int> Round = new("--round-seconds")
    {
        Description = "The length of a round, after which the cluster is healed and the history checked, in seconds.",
        DefaultValueFactory = static _ => DefaultRoundSeconds,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "The seed of the faults and of the load. Default: random, and printed.",
    };

    private static readonly Option<int> Members = new("--members")
    {
        Description = "The initial number of members: 3, 5 or 7.",
        DefaultValueFactory = static _ => 3,
    };

    private static readonly Option<int> Callers = new("--callers")
    {
        Description = "Callers per member, each with one call at a time.",
        DefaultValueFactory = static _ => 8,
    };

    private static readonly Option<int> Attackers = new("--attackers")
    {
        Description = "Connections that a hostile peer opens at a time in every second round; 0 for none.",
        DefaultValueFactory = static _ => 16,
    };

    private static readonly Option<string> Reads = new("--reads")
    {
        Description = "How linearizable reads are confirmed: round or lease. Default: round for odd seeds, lease for "
            + "even ones.",
    };

    private static readonly Option<string> Only = new("--only")
    {
        Description = "Only faults whose name contains this, such as SIGSTOP.",
        DefaultValueFactory = static _ => "",
    };

    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Print every fault." };

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Keep the files of the run: logs of the processes, histories, disks. They are always kept when a "
            + "check failed.",
    };

    /// <summary>Parses the command line and runs it.</summary>
    /// <param name="args">The arguments.</param>
    /// <returns>The exit code: 1 when a check failed.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt =
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using PosixSignalRegistration terminate =
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        RootCommand command = new(
            "Runs a cluster of processes under load and faults, and checks what its callers and watchers observed.")
        {
            Minutes, Seconds, Round, Seed, Members, Callers, Attackers, Reads, Only, Verbose, Keep,
        };
        RequireAtLeastOne(Seconds, Round, Callers);
        Reads.AcceptOnlyFromAmong(ByRound, ByLease);
        Only.Validators.Add(static result =>
        {
            if (!FaultDeck.Has(result.GetValueOrDefault<string>()))
            {
                result.AddError("--only matches no fault. The summary of a run lists all of them.");
            }
        });
        Members.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is not (3 or 5 or 7))
            {
                result.AddError("--members takes 3, 5 or 7.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
            new ChaosRun(OptionsOf(parsed), Console.Out).RunAsync(cancellationToken));
        return await command.Parse(args).InvokeAsync(
            new InvocationConfiguration { ProcessTerminationTimeout = null }, stop.Token);
    }

    private static ChaosOptions OptionsOf(ParseResult parsed)
    {
        const double DefaultMinutes = 5;
        double minutes = parsed.GetResult(Minutes) is null ? DefaultMinutes : parsed.GetValue(Minutes);
        int seed = parsed.GetResult(Seed) is null ? Random.Shared.Next(1, 1_000_000) : parsed.GetValue(Seed);
        string reads = parsed.GetValue(Reads) ?? (int.IsOddInteger(seed) ? ByRound : ByLease);
        return new ChaosOptions
        {
            Duration = parsed.GetResult(Seconds) is null
                ? TimeSpan.FromMinutes(minutes)
                : TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            RoundDuration = TimeSpan.FromSeconds(parsed.GetValue(Round)),
            Seed = seed,
            Reads = reads == ByLease ? LinearizableReadMode.LeaderLease : LinearizableReadMode.QuorumRound,
            Members = parsed.GetValue(Members),
            Callers = parsed.GetValue(Callers),
            Attackers = Math.Max(0, parsed.GetValue(Attackers)),
            Only = parsed.GetValue(Only) ?? "",
            IsVerbose = parsed.GetValue(Verbose),
            KeepsFiles = parsed.GetValue(Keep),
        };
    }

    private static void RequireAtLeastOne(params ReadOnlySpan<Option<int>> options)
    {
        foreach (Option<int> option in options)
        {
            option.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() < 1)
                {
                    result.AddError($"{option.Name} takes a number from 1.");
                }
            });
        }
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
