using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests;

/// <summary>The situations that this product claims to survive are numbered; each has a test that names it.</summary>
public sealed partial class ScenarioCoverageTests
{
    private static readonly int[] Claimed =
        [.. Enumerable.Range(1, 15), 17, 20, 21, 23, 35, 37, 38, 40, 41, 42, 43, 44, 45, 46, 48, 49, 50, 52];

    [Fact]
    public void Every_claimed_scenario_is_named_by_a_test()
    {
        HashSet<int> named = [];
        foreach (string file in Directory.EnumerateFiles(TestsFolder(), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match match in ScenarioTrait().Matches(File.ReadAllText(file)))
            {
                named.Add(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
            }
        }

        Assert.Empty(Claimed.Except(named));
    }

    // Not by the path of this file: a deterministic build does not tell it.
    private static string TestsFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EmbeddedConsensus.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "tests");
    }

    [GeneratedRegex("""\[Trait\("Scenario", "(\d+)"\)\]""")]
    private static partial Regex ScenarioTrait();
}
