namespace EmbeddedConsensus.Architecture.Tests;

/// <summary>A rule of the tree, and the exceptions from it that exceptions.txt lists with their reasons.</summary>
internal static class Rule
{
    /// <summary>Fails with every violation that is not a listed exception.</summary>
    /// <param name="name">The rule's name in exceptions.txt.</param>
    /// <param name="violations">What breaks the rule: a type or a path.</param>
    public static void Holds(string name, IEnumerable<string> violations)
    {
        HashSet<string> exceptions =
        [
            .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "exceptions.txt"))
                .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[1]),
        ];
        string[] found = [.. violations.Where(violation => !exceptions.Contains(violation.Split(':')[0])).Order()];
        Assert.True(found.Length == 0, $"{name}:\n{string.Join('\n', found)}");
    }
}
