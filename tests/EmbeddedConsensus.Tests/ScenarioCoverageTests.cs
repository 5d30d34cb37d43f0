using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests;

/// <summary>The situations that this product claims to survive are numbered; each has a test that names it.</summary>
public sealed partial class ScenarioCoverageTests
{
    private static readonly int[] Claimed =
        [.. Enumerable.Range(1, 46), 48, 49, 50, 52];

    [Fact]
    public void Every_claimed_scenario_is_named_by_a_test()
    {
        HashSet<int> named = [];
        foreach (string file in SourceFiles())
        {
            foreach (Match match in ScenarioTrait().Matches(File.ReadAllText(file)))
            {
                named.Add(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            }
        }

        Assert.Empty(Claimed.Except(named));
    }

    private static IEnumerable<string> SourceFiles() => Directory.EnumerateFiles(
        Path.Combine(RepositoryRoot.Path, "tests"), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex("""\[Trait\("Scenario", "(\d+)"\)\]""")]
    private static partial Regex ScenarioTrait();
}
