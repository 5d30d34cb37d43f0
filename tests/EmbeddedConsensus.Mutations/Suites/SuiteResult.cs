namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>The result of a suite.</summary>
/// <param name="Verdict">The outcome.</param>
/// <param name="Detail">What failed, in how many seeds or tests; or why there is no result.</param>
/// <param name="Output">The suite's output, printed if it failed unexpectedly.</param>
internal sealed record SuiteResult(SuiteVerdict Verdict, string Detail, string Output);
