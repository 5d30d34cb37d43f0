using System.Collections.Immutable;
using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations;

/// <summary>Checks that every mutation fits the sources and names a suite, without running any.</summary>
internal static class CatalogueCheck
{
    /// <summary>Checks mutations and reports those that do not fit.</summary>
    /// <param name="mutations">The mutations.</param>
    /// <param name="original">The root of the sources.</param>
    /// <param name="report">Where to report.</param>
    /// <returns>The exit code: 0 when all fit.</returns>
    public static int Run(ImmutableArray<Mutation> mutations, string original, RunReport report)
    {
        foreach (Mutation mutation in mutations)
        {
            try
            {
                Check(mutation, original);
                report.Passed();
            }
            catch (MutationException exception)
            {
                report.Failed(mutation, exception.Message);
            }
        }

        return report.Summarize();
    }

    private static void Check(Mutation mutation, string original)
    {
        ISuite suite = SuiteParser.Parse(mutation);
        if (!Directory.Exists(Path.Combine(original, suite.Project)))
        {
            throw new MutationException($"There is no {suite.Project}.");
        }

        foreach (IGrouping<string, Edit> edits in mutation.Edits.GroupBy(edit => edit.File))
        {
            Edit.ApplyAll(edits, original);
        }
    }
}
