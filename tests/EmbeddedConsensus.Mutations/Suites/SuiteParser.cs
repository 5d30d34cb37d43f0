using System.Collections.Immutable;
using EmbeddedConsensus.Mutations.Catalogue;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Parses the suite of a mutation: <c>simulation 1-300</c> or <c>tests Project Filter</c>.</summary>
internal static class SuiteParser
{
    /// <summary>One suite that covers those of several mutations; null if there is none.</summary>
    /// <param name="mutations">Mutations whose suites are of one project.</param>
    public static ISuite? TryUnite(ImmutableArray<Mutation> mutations)
    {
        string[][] suites = [.. mutations.Select(mutation => Split(mutation.Suite))];
        if (suites.All(words => words is ["tests", _, _]))
        {
            return new TestSuite(suites[0][1], string.Join('|', suites.Select(words => $"({words[2]})")), []);
        }

        // Every range begins at seed 1, so the longest holds the others.
        return suites.All(words => words is ["simulation", string seeds] && LastSeed(seeds) > 0)
            ? new SimulationSuite(suites.Select(words => words[1]).MaxBy(LastSeed)!, [], [])
            : null;
    }

    /// <summary>The suite of a mutation.</summary>
    /// <param name="mutation">The mutation.</param>
    /// <exception cref="MutationException">It names none.</exception>
    public static ISuite Parse(Mutation mutation)
    {
        string text = mutation.Suite;
        ISuite suite = Split(text) switch
        {
            ["simulation", string seeds] => new SimulationSuite(seeds, [], mutation.Because),
            ["simulation", string seeds, string options] =>
                new SimulationSuite(seeds, options.Split(' '), mutation.Because),
            ["tests", string project, string filter] => new TestSuite(project, filter, mutation.Because),
            _ => throw new MutationException(
                $"'{text}' names no suite: write 'simulation SEEDS [OPTIONS]' or 'tests PROJECT FILTER'."),
        };
        return suite is TestSuite || mutation.Because.Length > 0
            ? suite
            : throw new MutationException("A simulation checks many things: say with 'because:' which of them must "
                + "fail.");
    }

    private static int LastSeed(string seeds) =>
        seeds.Split('-') is ["1", string last] && int.TryParse(last, out int number) ? number : 0;

    private static string[] Split(string text) => text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
}
