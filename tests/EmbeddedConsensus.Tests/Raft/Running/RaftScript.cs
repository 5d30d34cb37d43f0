using System.Globalization;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>A transcript: comments, commands ("> ...") and below each command the lines that it causes, indented.
/// </summary>
internal static class RaftScript
{
    /// <summary>Set to 1, every script that runs is written anew; review the difference before it is kept.</summary>
    private const string RegenerateVariable = "REGENERATE_SCRIPTS";

    public static string Folder { get; } = Path.Combine(
        RepositoryRoot.Path, "tests", "EmbeddedConsensus.Tests", "Raft", "Scripts");

    public static IReadOnlyList<string> Names =>
        [
            .. Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories)
                .Select(Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal)!,
        ];

    /// <summary>The numbers of scenarios.md that a script covers, from its line "# scenario: 1, 2".</summary>
    public static IReadOnlyList<int> Scenarios(string name)
    {
        const string Prefix = "# scenario:";
        string? line = File.ReadLines(PathOf(name)).FirstOrDefault(
            line => line.StartsWith(Prefix, StringComparison.Ordinal));
        return line is null
            ? []
            : [.. line[Prefix.Length..].Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    }

    /// <summary>Runs a script and compares it with its transcript.</summary>
    public static void Run(string name)
    {
        string expected = File.ReadAllText(PathOf(name)).ReplaceLineEndings("\n");
        string actual = Transcribe(expected);
        if (Environment.GetEnvironmentVariable(RegenerateVariable) == "1")
        {
            File.WriteAllText(PathOf(name), actual);
        }
        else
        {
            Assert.Equal(expected, actual);
        }
    }

    private static string Transcribe(string script)
    {
        ScriptCluster cluster = new();
        List<string> lines = [];
        foreach (string line in script.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                lines.Add(line);
                lines.AddRange(cluster.Execute(line[2..]).Select(output => "  " + output));
            }
            else if (!line.StartsWith("  ", StringComparison.Ordinal))
            {
                lines.Add(line);
            }
        }

        return string.Join('\n', lines) + "\n";
    }

    private static string PathOf(string name) =>
        Directory.EnumerateFiles(Folder, name + ".txt", SearchOption.AllDirectories).Single();
}
