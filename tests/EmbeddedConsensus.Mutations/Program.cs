using System.Collections.Immutable;
using System.CommandLine;
using EmbeddedConsensus.Mutations;
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
Option<bool> list = new("--list") { Description = "Only list the mutations." };
RootCommand command = new("Puts known bugs back into a copy of the sources, and runs the suites that have to find them.")
{
    only, check, list, skipUnchanged, verbose,
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

        MutationRunner runner = new(SourceTree.FindOriginal(), Console.Out, parsed.GetValue(verbose));
        return parsed.GetValue(check) ? runner.Check(mutations) : runner.Run(mutations, parsed.GetValue(skipUnchanged));
    }
    catch (MutationException exception)
    {
        Console.Error.WriteLine(exception.Message);
        Console.WriteLine("0 passed, 1 failed");
        return 1;
    }
});
return command.Parse(args).Invoke();
