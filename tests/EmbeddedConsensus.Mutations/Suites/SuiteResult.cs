namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>How a suite went.</summary>
/// <param name="Verdict">Whether all passed.</param>
/// <param name="Detail">Who failed, in how many seeds or tests; or why there is no result.</param>
/// <param name="Output">What the suite wrote, for when it should not have failed.</param>
internal sealed record SuiteResult(SuiteVerdict Verdict, string Detail, string Output);
