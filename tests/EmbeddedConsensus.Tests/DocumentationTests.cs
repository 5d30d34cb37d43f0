using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests;

/// <summary>Code in the documentation is code that is compiled.</summary>
public sealed partial class DocumentationTests
{
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

    [GeneratedRegex("```csharp\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
