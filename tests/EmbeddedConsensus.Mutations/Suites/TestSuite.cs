using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>The xunit tests of a project that match a filter.</summary>
/// <param name="project">The project, such as <c>EmbeddedConsensus.Tests</c>.</param>
/// <param name="filter">Selects its tests, in the syntax of <c>dotnet test --filter</c>.</param>
/// <param name="because">Texts of which one must occur in the output of a failure; empty if any failure
/// counts.</param>
internal sealed partial class TestSuite(string project, string filter, ImmutableArray<string> because) : ISuite
{
    private const int NamedTests = 2;

    /// <inheritdoc />
    public string Project => $"tests/{project}";

    /// <inheritdoc />
    public SuiteResult Run(SuiteRun run)
    {
        // Without a reason every failure counts, so the first is enough.
        string[] stop = run.StopsEarly && because.IsEmpty ? ["--", "xUnit.StopOnFail=true"] : [];
        CommandResult ended = Command.Run(
            "dotnet",
            ["test", $"{project}.dll", "--nologo", "--filter", filter,
                "--blame-hang-timeout", "120s", "--logger", "console;verbosity=normal", .. stop],
            run.Binaries,
            run.TimeLimit);
        if (!ended.HasEnded)
        {
            return new SuiteResult(
                SuiteVerdict.HungUp, $"the tests did not end in {run.TimeLimit.TotalSeconds:0} s", ended.Output);
        }

        return Judge(ended);
    }

    private SuiteResult Judge(CommandResult run)
    {
        string[] failed = [.. FailedTest().Matches(run.Output).Select(match => match.Groups[1].Value).Distinct()];
        if (failed.Length > 0)
        {
            string names = string.Join(", ", failed.Take(NamedTests).Select(ShortName));
            string more = failed.Length > NamedTests ? ", ..." : "";
            string noun = failed.Length == 1 ? "test" : "tests";
            bool isRightReason = because.IsEmpty
                || because.Any(word => run.Output.Contains(word, StringComparison.Ordinal));
            return new SuiteResult(
                isRightReason ? SuiteVerdict.Failed : SuiteVerdict.FailedOtherwise,
                $"{failed.Length} {noun} ({names}{more})", run.Output);
        }

        if (run.ExitCode == 0 && PassedTest().Count(run.Output) is > 0 and int passed)
        {
            return new SuiteResult(SuiteVerdict.Passed, $"all {passed} tests passed", run.Output);
        }

        return run.Output.Contains("hang timeout", StringComparison.OrdinalIgnoreCase)
            ? new SuiteResult(SuiteVerdict.HungUp, "a test never ended", run.Output)
            : new SuiteResult(SuiteVerdict.NoResult, "the tests have no result", run.Output);
    }

    private static string ShortName(string test)
    {
        int arguments = test.IndexOf('(', StringComparison.Ordinal);
        string name = arguments < 0 ? test : test[..arguments];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"^\s*Failed (\S+)", RegexOptions.Multiline)]
    private static partial Regex FailedTest();

    [GeneratedRegex(@"^\s*Passed (\S+)", RegexOptions.Multiline)]
    private static partial Regex PassedTest();
}
