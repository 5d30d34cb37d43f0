using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>The lines of a file that are meant for readers: comments, text in quotes, test names, and the text of
/// documents.</summary>
internal static partial class ProseFile
{
    private static readonly string[] Skipped = ["bin", "obj", ".git", "TestResults"];

    /// <summary>All such files of the repository, in a fixed order.</summary>
    public static IEnumerable<string> All() => Files(RepositoryRoot.Path).Order(StringComparer.Ordinal);

    /// <summary>The prose of a file, one item a line that has some.</summary>
    public static IEnumerable<string> Lines(string path) => Path.GetExtension(path) switch
    {
        ".md" => CodeBlock().Replace(File.ReadAllText(path), "").Split('\n'),
        ".mutation" => File.ReadLines(path).Where(line => line.StartsWith("title:", StringComparison.Ordinal)),
        ".txt" => File.ReadLines(path).Where(line => line.StartsWith('#')),
        _ => File.ReadLines(path).Select(ProseOfCode),
    };

    private static IEnumerable<string> Files(string folder)
    {
        IEnumerable<string> here = Directory.EnumerateFiles(folder).Where(IsProse);
        return here.Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !Skipped.Contains(Path.GetFileName(child)))
            .SelectMany(Files));
    }

    private static bool IsProse(string path) => Path.GetExtension(path) switch
    {
        ".cs" or ".md" or ".mutation" => Path.GetFileName(path) != "TellTaleWordsTests.cs",
        ".txt" => path.Contains("/Raft/Scripts/", StringComparison.Ordinal),
        _ => false,
    };

    private static string ProseOfCode(string line)
    {
        Match comment = CommentLine().Match(line);
        if (comment.Success)
        {
            return comment.Groups[1].Value;
        }
        IEnumerable<string> parts = Quoted().Matches(line).Select(match => match.Groups[1].Value)
            .Append(TrailingComment().Match(line).Groups[1].Value)
            .Append(TestName().Match(line).Groups[1].Value.Replace('_', ' '));
        return string.Join(' ', parts);
    }

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\s*//+(.*)$")]
    private static partial Regex CommentLine();

    [GeneratedRegex(@"(?<!:)//\s(.*)$")]
    private static partial Regex TrailingComment();

    [GeneratedRegex("""
        "((?:[^"\\]|\\.)*)"
        """)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:void|Task)\s+([A-Z][a-z0-9]*(?:_\w+)+)\(")]
    private static partial Regex TestName();
}
