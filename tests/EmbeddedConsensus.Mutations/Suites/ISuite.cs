namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Tests that should notice a mutation.</summary>
internal interface ISuite
{
    /// <summary>The project to build for it, relative to the root of the tree.</summary>
    string Project { get; }

    /// <summary>Runs the suite, already built, in a tree.</summary>
    /// <param name="tree">The root of the tree.</param>
    /// <param name="timeLimit">How long it may take.</param>
    SuiteResult Run(string tree, TimeSpan timeLimit);
}
