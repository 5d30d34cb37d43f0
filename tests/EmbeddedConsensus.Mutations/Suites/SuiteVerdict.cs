namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>The outcome of a suite.</summary>
internal enum SuiteVerdict
{
    /// <summary>Every test or seed passed.</summary>
    Passed,

    /// <summary>A test or a seed failed.</summary>
    Failed,

    /// <summary>Something failed, but not what the mutation breaks.</summary>
    FailedOtherwise,

    /// <summary>The suite did not end in time.</summary>
    HungUp,

    /// <summary>The suite ended without a result: it could not start, or found nothing to run.</summary>
    NoResult,
}
