using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>What the documentation quotes or points to exists in the tree.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>Where a path in the documentation may start.</summary>
    private static readonly string[] Bases =
        ["", "src", "src/EmbeddedConsensus", "tests", "tests/EmbeddedConsensus.Tests"];

    public static TheoryData<string> Pages =>
        [.. PagePaths().Select(path => Path.GetRelativePath(RepositoryRoot.Path, path))];

    [Fact]
    public void The_code_of_the_page_on_testing_is_that_of_its_sample()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "testing-your-app.md"));
        string sample = string.Join('\n', Directory.EnumerateFiles(
            Path.Combine(RepositoryRoot.Path, "samples", "TestingYourApp.Tests"), "*.cs").Select(File.ReadAllText));

        MatchCollection blocks = CSharpBlock().Matches(page);

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(block.Groups[1].Value, sample, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_path_that_a_page_names_exists(string page)
    {
        string text = AnyBlock().Replace(File.ReadAllText(Path.Combine(RepositoryRoot.Path, page)), "");
        IEnumerable<string> missing = QuotedPath().Matches(text).Select(match => match.Groups[1].Value)
            .Where(path => !Bases.Any(start => Exists(Path.Combine(RepositoryRoot.Path, start), path)))
            .Concat(LinkedPath().Matches(text).Select(match => match.Groups[1].Value)
                .Where(path => !Exists(Path.GetDirectoryName(Path.Combine(RepositoryRoot.Path, page))!, path)))
            .Distinct();

        Assert.Empty(missing);
    }

    private static IEnumerable<string> PagePaths() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "docs"), "*.md")
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "*.md"))
            .Order(StringComparer.Ordinal);

    private static bool Exists(string start, string path)
    {
        string whole = Path.GetFullPath(Path.Combine(start, path));
        if (!path.Contains('*', StringComparison.Ordinal))
        {
            return File.Exists(whole) || Directory.Exists(whole);
        }
        string folder = Path.GetDirectoryName(whole)!;
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, Path.GetFileName(whole)).Any();
    }

    [GeneratedRegex("```csharp\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex AnyBlock();

    /// <summary>A path in backquotes: two segments at least, and a file with an extension or a folder of the tree.
    /// </summary>
    [GeneratedRegex(@"`((?:[A-Za-z][\w.]*/)+[\w*{}.-]*\.(?:cs|csproj|md|txt|sh|mutation|proto)"
        + @"|(?:src|tests|samples|benchmarks|docs)(?:/[\w.-]+)*/?)`")]
    private static partial Regex QuotedPath();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex LinkedPath();
}
