using System.CommandLine;
using EmbeddedConsensus.Simulation;
using EmbeddedConsensus.Testing.Simulation;

Option<SeedRange> seeds = new("--seeds")
{
    Description = "The seeds to run: one, or a range such as 1-200.",
    DefaultValueFactory = _ => new SeedRange(1, 100),
    CustomParser = argument =>
    {
        if (!SeedRange.TryParse(argument.Tokens[0].Value, out SeedRange range))
        {
            argument.AddError("--seeds takes a number, or two with a hyphen between them, the smaller first.");
        }

        return range;
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
    Description = "How long faults go on, in virtual seconds.",
    DefaultValueFactory = _ => 30,
};
Option<int> jobs = new("--jobs")
{
    Description = "How many seeds run at a time.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
Option<bool> verbose = new("--verbose") { Description = "Write down every event of note." };
Option<bool> once = new("--once") { Description = "Do not run each seed a second time to compare the traces." };
Option<SimulatedDefect> defect = new("--defect")
{
    Description = "Make a mistake on purpose, to see that it is found.",
};
RootCommand command = new("Runs simulated clusters with faults, and checks every invariant and every answer.")
{
    seeds, replicas, virtualSeconds, jobs, verbose, once, defect,
};
command.SetAction(parsed => new Runner(
    new RunnerOptions
    {
        Seeds = parsed.GetValue(seeds),
        Replicas = parsed.GetValue(replicas),
        VirtualSeconds = Math.Max(1, parsed.GetValue(virtualSeconds)),
        Jobs = Math.Max(1, parsed.GetValue(jobs)),
        IsVerbose = parsed.GetValue(verbose),
        RunsTwice = !parsed.GetValue(once),
        Defect = parsed.GetValue(defect),
    },
    Console.Out).Run());
return command.Parse(args).Invoke();
