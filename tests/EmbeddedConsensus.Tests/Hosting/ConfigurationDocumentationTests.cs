using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>docs/configuration.md lists every setting, and every setting is a key that a configuration may
/// hold.</summary>
public sealed partial class ConfigurationDocumentationTests
{
    [Theory]
    [InlineData("EmbeddedConsensus/Api/Options", "EmbeddedConsensus/Hosting", "ConsensusStoreOptions")]
    [InlineData("EmbeddedConsensus.Storage.Faster", "EmbeddedConsensus.Storage.Faster", "FasterStorageOptions")]
    [InlineData("EmbeddedConsensus.Transport.Tcp", "EmbeddedConsensus.Transport.Tcp", "TcpTransportOptions")]
    public void Every_setting_is_in_the_table_and_known_to_the_validator(
        string optionsFolder, string validatorFolder, string options)
    {
        string[] settings =
        [
            .. PropertyPattern().Matches(Read(Path.Combine("src", optionsFolder, $"{options}.cs")))
                .Select(match => match.Groups["name"].Value).Order(),
        ];
        string validator = Read(Path.Combine("src", validatorFolder, $"{options}Validator.cs"));
        string page = Read(Path.Combine("docs", "configuration.md"));
        int begin = page.IndexOf($"## {options}", StringComparison.Ordinal);
        int end = page.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);

        Assert.NotEmpty(settings);
        Assert.Equal(
            settings, RowPattern().Matches(page[begin..end]).Select(match => match.Groups["name"].Value).Order());
        Assert.All(settings, setting =>
            Assert.Contains($"nameof({options}.{setting})", validator, StringComparison.Ordinal));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, path));

    [GeneratedRegex(@"^    public (?!const|static)\S+ (?<name>\w+) \{ get;", RegexOptions.Multiline)]
    private static partial Regex PropertyPattern();

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();
}
