using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>The catalogue in docs/testing.md has one row for each mutation, and the tests and scripts that rows and
/// mutations name exist.</summary>
public sealed partial class MutationCatalogueTests
{
    private static readonly string Tests = Path.Combine(RepositoryRoot.Path, "tests");

    [Fact]
    public void The_catalogue_lists_every_mutation()
    {
        IEnumerable<string> mutations = MutationFiles()
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

        Assert.Equal(mutations, Row().Matches(Catalogue()).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Every_test_and_script_of_the_catalogue_exists()
    {
        HashSet<string> known =
        [
            .. TestNames().Select(name => name.Replace('_', ' ')),
            .. Directory.EnumerateFiles(Tests, "*.txt", SearchOption.AllDirectories)
                .Select(path => $"script {Path.GetFileNameWithoutExtension(path)}"),
        ];

        IEnumerable<string> cited = Row().Matches(Catalogue()).Select(match => match.Groups[2].Value)
            .Where(cited => !cited.StartsWith("simulation: ", StringComparison.Ordinal));

        Assert.Empty(cited.Except(known));
    }

    [Fact]
    public void Every_test_that_a_mutation_selects_by_name_exists()
    {
        string names = string.Join('\n', TestNames());
        IEnumerable<string> selected = MutationFiles()
            .SelectMany(path => SelectedTest().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value));

        Assert.All(selected, name => Assert.Contains(name, names, StringComparison.Ordinal));
    }

    private static IEnumerable<string> MutationFiles() => Directory.EnumerateFiles(
        Path.Combine(Tests, "EmbeddedConsensus.Mutations", "Mutations"), "*.mutation", SearchOption.AllDirectories);

    private static IEnumerable<string> TestNames() =>
        Directory.EnumerateFiles(Tests, "*Tests.cs", SearchOption.AllDirectories)
            .SelectMany(path => TestName().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value));

    private static string Catalogue()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "testing.md"));
        return page[page.IndexOf("## The catalogue", StringComparison.Ordinal)..];
    }

    [GeneratedRegex("^\\| `([a-z-]+)` \\| [^|]* \\| ([^|]*) \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?:void|Task) ([A-Z][a-z0-9]*(?:_\w+)+)\(")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^suite: tests .*~([A-Z][a-z0-9]*(?:_\w+)+)", RegexOptions.Multiline)]
    private static partial Regex SelectedTest();
}
