using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>docs/scenarios.md numbers the situations that the store has to survive and names the test classes that
/// cover each. Both directions are checked here: the classes exist and carry the number.</summary>
public sealed partial class ScenarioCoverageTests
{
    private const int Scenarios = 60;
    private const string NotBuilt = "not built yet";

    private static readonly Dictionary<int, string> Rows = ReadRows();

    [Fact]
    public void The_page_describes_every_scenario() =>
        Assert.Equal(Enumerable.Range(1, Scenarios), Rows.Keys.Order());

    [Fact]
    public void Every_scenario_of_a_built_feature_is_covered_by_the_classes_the_page_names()
    {
        Dictionary<int, HashSet<string>> named = ClassesByScenario();
        List<string> wrong = [];
        foreach ((int scenario, string coverage) in Rows)
        {
            if (coverage.StartsWith(NotBuilt, StringComparison.Ordinal))
            {
                continue;
            }
            string[] cited = [.. TestClass().Matches(coverage).Select(match => match.Groups[1].Value)];
            if (cited.Length == 0)
            {
                wrong.Add($"{scenario}: no test class is named");
            }
            wrong.AddRange(cited.Except(named.GetValueOrDefault(scenario, []))
                .Select(name => $"{scenario}: {name} has no test with this trait"));
        }

        Assert.Empty(wrong);
    }

    private static Dictionary<int, string> ReadRows()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "scenarios.md"));
        return Row().Matches(page).ToDictionary(
            match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            match => match.Groups[2].Value);
    }

    private static Dictionary<int, HashSet<string>> ClassesByScenario()
    {
        Dictionary<int, HashSet<string>> classes = [];
        foreach (string file in Directory.EnumerateFiles(
            Path.Combine(RepositoryRoot.Path, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match match in ScenarioTrait().Matches(File.ReadAllText(file)))
            {
                int scenario = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                (classes.TryGetValue(scenario, out HashSet<string>? names) ? names : classes[scenario] = [])
                    .Add(Path.GetFileNameWithoutExtension(file));
            }
        }
        return classes;
    }

    [GeneratedRegex("""\[Trait\("Scenario", "(\d+)"\)\]""")]
    private static partial Regex ScenarioTrait();

    [GeneratedRegex(@"^\| (\d+) \|.*\| (.*) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z][A-Za-z]*Tests)`")]
    private static partial Regex TestClass();
}
