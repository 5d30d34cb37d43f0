using System.Globalization;
using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.Diagnostics;

/// <summary>docs/logging.md lists every message that the core and the TCP transport log.</summary>
public sealed partial class LogDocumentationTests
{
    [Theory]
    [InlineData("src/EmbeddedConsensus/Diagnostics/ReplicaLog.cs", 1)]
    [InlineData("src/EmbeddedConsensus/Diagnostics/MembershipLog.cs", 101)]
    [InlineData("src/EmbeddedConsensus.Transport.Tcp/TcpTransportLog.cs", 201)]
    public void Event_ids_have_no_holes(string path, int first)
    {
        int[] ids = [.. MessagesOf(path).Select(message => message.Id)];

        Assert.Equal(Enumerable.Range(first, ids.Length), ids);
    }

    [Fact]
    public void The_page_on_logging_lists_every_message()
    {
        string[] expected =
        [
            .. SourceFiles().SelectMany(MessagesOf)
                .Select(message => $"| {message.Id} | {message.Level} | {message.Name} | {message.Text} |"),
        ];

        string[] page = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "logging.md"));

        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(), page.Where(line => RowPattern().IsMatch(line)).Order());
    }

    [Fact]
    public void Messages_are_declared_where_the_page_looks_for_them()
    {
        string[] elsewhere =
        [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
                .Where(path => File.ReadAllText(path).Contains("[LoggerMessage(", StringComparison.Ordinal))
                .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'))
                .Except(SourceFiles()),
        ];

        Assert.Empty(elsewhere);
    }

    private static string[] SourceFiles() =>
    [
        "src/EmbeddedConsensus/Diagnostics/ReplicaLog.cs",
        "src/EmbeddedConsensus/Diagnostics/MembershipLog.cs",
        "src/EmbeddedConsensus.Transport.Tcp/TcpTransportLog.cs",
    ];

    private static IEnumerable<(int Id, string Level, string Name, string Text)> MessagesOf(string path) =>
        MessagePattern().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, path))).Select(match => (
            int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture),
            match.Groups["level"].Value,
            match.Groups["name"].Value,
            string.Concat(LiteralPattern().Matches(match.Groups["text"].Value).Select(text => text.Groups[1].Value))));

    [GeneratedRegex(
        @"\[LoggerMessage\((?<id>\d+), LogLevel\.(?<level>\w+),\s*(?<text>(?:""[^""]*""\s*\+?\s*)+)\)\]\s*"
        + @"public static partial void (?<name>\w+)\(",
        RegexOptions.ExplicitCapture)]
    private static partial Regex MessagePattern();

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex LiteralPattern();

    [GeneratedRegex(@"^\| \d+ \|")]
    private static partial Regex RowPattern();
}
