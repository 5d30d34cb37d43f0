using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>The catalogue in docs/testing.md has one row for each mutation, in order.</summary>
public sealed partial class MutationCatalogueTests
{
    [Fact]
    public void The_catalogue_lists_every_mutation()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "testing.md"));
        string catalogue = page[page.IndexOf("## The catalogue", StringComparison.Ordinal)..];
        string folder = Path.Combine(RepositoryRoot.Path, "tests", "EmbeddedConsensus.Mutations", "Mutations");

        IEnumerable<string> mutations = Directory.EnumerateFiles(folder, "*.mutation", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

        Assert.Equal(mutations, Row().Matches(catalogue).Select(match => match.Groups[1].Value));
    }

    [GeneratedRegex("^\\| `([a-z-]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
