using System.Globalization;
using System.Text.RegularExpressions;
using static System.FormattableString;

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

        Assert.NotEmpty(settings);
        Assert.Equal(settings, RowsOf(options).Select(row => row.Name).Order());
        Assert.All(settings, setting =>
            Assert.Contains($"nameof({options}.{setting})", validator, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_default_is_the_one_in_the_table()
    {
        ConsensusStoreOptions defaults = new();
        foreach ((string name, string text, string unit, _) in RowsOf(nameof(ConsensusStoreOptions)))
        {
            object? value = typeof(ConsensusStoreOptions).GetProperty(name)!.GetValue(defaults);
            if (TextOf(value, unit) is { } expected && name != nameof(ConsensusStoreOptions.MaxFormatVersion))
            {
                Assert.True(expected == text, $"{name} is {expected}; the table says {text}.");
            }
        }
    }

    /// <summary>The rows of a table: each setting, its default, its unit and range, and whether it may change in a
    /// rolling restart.</summary>
    internal static IReadOnlyList<(string Name, string Default, string Unit, string Rolling)> RowsOf(string options)
    {
        string page = Read(Path.Combine("docs", "configuration.md"));
        int begin = page.IndexOf($"## {options}", StringComparison.Ordinal);
        int end = page.IndexOf("\n## ", begin + 1, StringComparison.Ordinal);
        return
        [
            .. RowPattern().Matches(page[begin..end]).Select(match => (
                match.Groups["name"].Value, match.Groups["default"].Value, match.Groups["unit"].Value,
                match.Groups["rolling"].Value)),
        ];
    }

    /// <summary>A default as the table has it; null for one that only words describe.</summary>
    private static string? TextOf(object? value, string unit) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => $"`{text}`",
        Enum choice => $"`{choice}`",
        TimeSpan { TotalSeconds: >= 1 } time => Invariant($"{time.TotalSeconds} s"),
        TimeSpan time => Invariant($"{time.TotalMilliseconds} ms"),
        int or long when unit.StartsWith("bytes", StringComparison.Ordinal) =>
            Invariant($"{Convert.ToDouble(value, CultureInfo.InvariantCulture) / (1 << 20)} MiB"),
        int or long or ulong => Invariant($"{value:N0}"),
        double part => Invariant($"{part}"),
        _ => null,
    };

    private static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, path));

    [GeneratedRegex(@"^    public (?!const|static)\S+ (?<name>\w+) \{ get;", RegexOptions.Multiline)]
    private static partial Regex PropertyPattern();

    [GeneratedRegex(
        @"^\| `(?<name>\w+)` \| (?<default>.*?) \| (?<unit>.*?) ?\| (?<differs>.*?) \| (?<rolling>.*?) \|$",
        RegexOptions.Multiline)]
    private static partial Regex RowPattern();
}
