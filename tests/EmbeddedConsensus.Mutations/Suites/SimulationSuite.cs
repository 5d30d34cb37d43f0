using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Simulated clusters: a range of seeds.</summary>
/// <param name="seeds">The seeds, such as <c>1-300</c>.</param>
/// <param name="options">Further options of the runner.</param>
internal sealed partial class SimulationSuite(string seeds, string[] options) : ISuite
{
    private const string Name = "EmbeddedConsensus.Simulation";

    /// <inheritdoc />
    public string Project => $"tests/{Name}";

    /// <inheritdoc />
    public SuiteResult Run(string tree, TimeSpan timeLimit)
    {
        string[] arguments =
        [
            "exec", $"tests/{Name}/bin/Release/net10.0/{Name}.dll",
            "--seeds", seeds, "--once", "--no-shrink", .. options,
        ];
        CommandResult run = Command.Run("dotnet", arguments, tree, timeLimit);
        if (!run.HasEnded)
        {
            return new SuiteResult(SuiteVerdict.HungUp, $"seeds {seeds} did not end in {timeLimit.TotalSeconds:0} s", run.Output);
        }

        Match summary = Summary().Match(run.Output);
        if (!summary.Success)
        {
            return new SuiteResult(SuiteVerdict.NoResult, "the simulation gave no result", run.Output);
        }

        int passed = int.Parse(summary.Groups[1].ValueSpan, null);
        int failed = int.Parse(summary.Groups[2].ValueSpan, null);
        return failed == 0
            ? new SuiteResult(SuiteVerdict.Passed, $"all {passed} seeds passed", run.Output)
            : new SuiteResult(SuiteVerdict.Failed, $"{failed} of {passed + failed} seeds", run.Output);
    }

    [GeneratedRegex(@"(\d+) passed, (\d+) failed\s*$")]
    private static partial Regex Summary();
}
