using System.Collections.Immutable;
using System.CommandLine;
using EmbeddedConsensus.Mutations;
using EmbeddedConsensus.Mutations.Building;
using EmbeddedConsensus.Mutations.Catalogue;

Option<string[]> only = new("--only")
{
    Description = "Run the mutations whose name contains one of these texts.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [""],
};
Option<bool> verbose = new("--verbose")
{
    Description = "Print the output of failed suites.",
};
Option<bool> check = new("--check")
{
    Description = "Only check that every mutation still applies to the sources.",
};
Option<bool> skipUnchanged = new("--skip-unchanged")
{
    Description = "Skip the runs without a mutation, if they have just passed.",
};
Option<bool> quick = new("--quick")
{
    Description = "Only see that each is caught: stop a suite at the first failure that counts, skip the runs without "
        + "a mutation, and run one mutation per processor.",
};
Option<int?> jobs = new("--jobs")
{
    Description = "How many mutations run at a time. Default: 1, or with --quick the number of processors.",
};
Option<bool> list = new("--list") { Description = "Only list the mutations." };
RootCommand command = new(
    "Puts known bugs back into a copy of the sources, and runs the suites that have to find them.")
{
    only, check, list, quick, jobs, skipUnchanged, verbose,
};
command.SetAction(parsed =>
{
    string[] names = parsed.GetValue(only)!;
    try
    {
        ImmutableArray<Mutation> mutations =
        [
            .. MutationFile.ReadAll(Path.Combine(AppContext.BaseDirectory, "Mutations"))
                .Where(mutation => names.Any(name => mutation.Name.Contains(name, StringComparison.Ordinal))),
        ];
        if (parsed.GetValue(list))
        {
            foreach (Mutation mutation in mutations)
            {
                Console.WriteLine($"{mutation.Name} ({string.Join(", ", mutation.Scenarios)}): {mutation.Title}");
            }

            return 0;
        }

        string original = SourceTree.FindOriginal();
        RunReport report = new(Console.Out, mutations.Length);
        if (parsed.GetValue(check))
        {
            return CatalogueCheck.Run(mutations, original, report);
        }

        bool isQuick = parsed.GetValue(quick);
        return new MutationRunner(
            original,
            new RunOptions
            {
                IsQuick = isQuick,
                Jobs = Math.Max(1, parsed.GetValue(jobs) ?? (isQuick ? Environment.ProcessorCount : 1)),
                SkipsUnchanged = isQuick || parsed.GetValue(skipUnchanged),
                IsVerbose = parsed.GetValue(verbose),
            },
            report).Run(mutations);
    }
    catch (MutationException exception)
    {
        Console.Error.WriteLine(exception.Message);
        Console.WriteLine("0 passed, 1 failed");
        return 1;
    }
});
return command.Parse(args).Invoke();
