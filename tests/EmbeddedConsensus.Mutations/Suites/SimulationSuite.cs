using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Simulated clusters: a range of seeds.</summary>
/// <param name="seeds">The seeds, such as <c>1-300</c>.</param>
/// <param name="options">Further options of the runner.</param>
/// <param name="because">The invariants of which one must be broken; empty if any failure counts.</param>
internal sealed partial class SimulationSuite(string seeds, string[] options, ImmutableArray<string> because) : ISuite
{
    private const string Name = "EmbeddedConsensus.Simulation";

    /// <inheritdoc />
    public string Project => $"tests/{Name}";

    /// <inheritdoc />
    public SuiteResult Run(SuiteRun run)
    {
        int jobs = Math.Max(1, Environment.ProcessorCount / run.Neighbors);
        string[] arguments =
        [
            "exec", $"{Name}.dll", "--seeds", seeds, "--once", "--no-shrink", "--jobs", $"{jobs}", .. options,
            .. run.StopsEarly ? because.SelectMany(invariant => (string[])["--until", invariant]) : [],
        ];
        CommandResult ended = Command.Run("dotnet", arguments, run.Binaries, run.TimeLimit);
        if (!ended.HasEnded)
        {
            return new SuiteResult(
                SuiteVerdict.HungUp, $"seeds {seeds} did not end in {run.TimeLimit.TotalSeconds:0} s", ended.Output);
        }

        Match summary = Summary().Match(ended.Output);
        if (!summary.Success)
        {
            return new SuiteResult(SuiteVerdict.NoResult, "the simulation has no result", ended.Output);
        }

        int passed = int.Parse(summary.Groups[1].ValueSpan, null);
        int failed = int.Parse(summary.Groups[2].ValueSpan, null);
        if (failed == 0)
        {
            return new SuiteResult(SuiteVerdict.Passed, $"all {passed} seeds passed", ended.Output);
        }

        string[] broken = [.. BrokenInvariant().Matches(ended.Output).Select(match => match.Groups[1].Value.Trim())];
        string detail = $"{failed} of {passed + failed} seeds ({Count(broken)})";
        bool isRightReason = because.IsEmpty || broken.Any(because.Contains);
        return new SuiteResult(
            isRightReason ? SuiteVerdict.Failed : SuiteVerdict.FailedOtherwise, detail, ended.Output);
    }

    private static string Count(string[] broken) => string.Join(
        ", ", broken.CountBy(invariant => invariant).OrderByDescending(pair => pair.Value)
            .Select(pair => $"{pair.Key} {pair.Value}"));

    [GeneratedRegex(@"(\d+) passed, (\d+) failed\s*$")]
    private static partial Regex Summary();

    [GeneratedRegex(@"^FAILED seed \d+.* s: (.+)$", RegexOptions.Multiline)]
    private static partial Regex BrokenInvariant();
}
