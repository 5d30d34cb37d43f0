namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Counts what was checked, and tells at once what failed.</summary>
/// <param name="output">Where to tell.</param>
internal sealed class CheckBook(TextWriter output)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (int Passed, int Failed)> _checks = new(StringComparer.Ordinal);

    /// <summary>How many checks passed.</summary>
    public int Passed => Sum(static counts => counts.Passed);

    /// <summary>How many checks failed.</summary>
    public int Failed => Sum(static counts => counts.Failed);

    /// <summary>Notes a check.</summary>
    /// <param name="round">The round that it is about.</param>
    /// <param name="name">What must hold.</param>
    /// <param name="failure">What was found instead, or null if it holds.</param>
    public void Note(int round, string name, string? failure)
    {
        lock (_gate)
        {
            (int passed, int failed) = _checks.GetValueOrDefault(name);
            _checks[name] = failure is null ? (passed + 1, failed) : (passed, failed + 1);
            if (failure is not null)
            {
                output.WriteLine($"FAILED round {round}: {name}");
                output.WriteLine($"  {failure.ReplaceLineEndings(Environment.NewLine + "  ")}");
            }
        }
    }

    /// <summary>A table with one line for each kind of check.</summary>
    public IReadOnlyList<string> ToLines()
    {
        lock (_gate)
        {
            return TextTable.Of(
            [
                ["", "passed", "failed"],
                .. _checks.Select(static check => (string[])
                    [check.Key, TextTable.Of(check.Value.Passed), TextTable.Of(check.Value.Failed)]),
            ]);
        }
    }

    private int Sum(Func<(int Passed, int Failed), int> count)
    {
        lock (_gate)
        {
            return _checks.Values.Sum(count);
        }
    }
}
