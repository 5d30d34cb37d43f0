using EmbeddedConsensus.Mutations.Catalogue;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Reads the suite that a mutation names: <c>simulation 1-300</c> or <c>tests Project Filter</c>.</summary>
internal static class SuiteParser
{
    /// <summary>The suite that a text names.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="MutationException">It names none.</exception>
    public static ISuite Parse(string text) => text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["simulation", string seeds] => new SimulationSuite(seeds, []),
        ["simulation", string seeds, string options] => new SimulationSuite(seeds, options.Split(' ')),
        ["tests", string project, string filter] => new TestSuite(project, filter),
        _ => throw new MutationException(
            $"'{text}' names no suite: write 'simulation SEEDS [OPTIONS]' or 'tests PROJECT FILTER'."),
    };
}
