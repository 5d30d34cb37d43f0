namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Tests that have to find a mutation.</summary>
internal interface ISuite
{
    /// <summary>The project to build for it, relative to the root of the tree.</summary>
    string Project { get; }

    /// <summary>Runs the suite, already built.</summary>
    SuiteResult Run(SuiteRun run);
}
