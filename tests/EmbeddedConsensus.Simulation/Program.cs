using System.CommandLine;
using EmbeddedConsensus.Simulation;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;

DateOnly day = DateOnly.FromDateTime(DateTime.UtcNow);
Option<SeedRange[]> seeds = new("--seeds")
{
    Description = "The seeds to run: numbers, ranges such as 1-200, or today:200 for 200 that are others every day.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [new SeedRange(1, 100)],
    CustomParser = argument =>
    {
        SeedRange[] ranges = new SeedRange[argument.Tokens.Count];
        for (int i = 0; i < ranges.Length; i++)
        {
            if (!SeedRange.TryParse(argument.Tokens[i].Value, day, out ranges[i]))
            {
                argument.AddError("--seeds takes numbers, ranges with the smaller number first, or today:COUNT.");
            }
        }

        return ranges;
    },
};
Option<int> replicas = new("--replicas")
{
    Description = "The number of replicas: 1, 3, 5 or 7. Default: each seed chooses 1, 3 or 5.",
};
replicas.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() is not (0 or 1 or 3 or 5 or 7))
    {
        result.AddError("--replicas takes 1, 3, 5 or 7, or 0 to let each seed choose.");
    }
});
Option<int> virtualSeconds = new("--virtual-seconds")
{
    Description = "How long faults are injected, in virtual seconds.",
    DefaultValueFactory = _ => 180,
};
Option<int> jobs = new("--jobs")
{
    Description = "How many seeds run in parallel.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
Option<bool> verbose = new("--verbose") { Description = "Print every notable event." };
Option<bool> once = new("--once") { Description = "Do not run each seed a second time to compare the traces." };
Option<SimulatedDefect> defect = new("--defect")
{
    Description = "Inject a bug on purpose, to see that it is found.",
};
Option<FileInfo?> schedule = new("--schedule")
{
    Description = "A file with the faults to inject, as a failed seed prints it, instead of what the seed chooses.",
};
Option<string[]> until = new("--until")
{
    Description = "Start no more seeds once one has broken this promise, such as \"Election Safety\".",
    DefaultValueFactory = _ => [],
};
Option<bool> noShrink = new("--no-shrink") { Description = "Do not search for a smaller schedule that still fails." };
Option<bool> coverage = new("--coverage")
{
    Description = "Report how often each crash point was passed.",
};
Option<bool> deployments = new("--deployments")
{
    Description = "Run deployments instead: operators that start real hosts with wrong lists, folders and addresses.",
};
RootCommand command = new("Runs simulated clusters with faults, and checks every invariant and every response.")
{
    seeds, replicas, virtualSeconds, schedule, jobs, verbose, once, until, noShrink, coverage, defect,
    deployments,
};
command.SetAction(parsed =>
{
    if (parsed.GetValue(deployments))
    {
        return new DeploymentRunner(
            parsed.GetValue(seeds)!, Math.Max(1, parsed.GetValue(jobs)), parsed.GetValue(verbose), Console.Out).Run();
    }

    FaultSchedule? faults = null;
    if (parsed.GetValue(schedule) is { } file)
    {
        try
        {
            faults = FaultSchedule.Parse(File.ReadAllText(file.FullName));
        }
        catch (Exception exception) when (exception is IOException or FormatException)
        {
            Console.Error.WriteLine($"--schedule {file}: {exception.Message}");
            return 2;
        }
    }

    return new Runner(
        new RunnerOptions
        {
            Seeds = parsed.GetValue(seeds)!,
            Replicas = parsed.GetValue(replicas),
            VirtualSeconds = Math.Max(1, parsed.GetValue(virtualSeconds)),
            Schedule = faults,
            Jobs = Math.Max(1, parsed.GetValue(jobs)),
            IsVerbose = parsed.GetValue(verbose),
            RunsTwice = !parsed.GetValue(once),
            Until = parsed.GetValue(until)!,
            Shrinks = !parsed.GetValue(noShrink),
            ShowsCoverage = parsed.GetValue(coverage),
            Defect = parsed.GetValue(defect),
        },
        Console.Out).Run();
});
return command.Parse(args).Invoke();
