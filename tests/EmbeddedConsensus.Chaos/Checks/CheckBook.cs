namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Counts checks and prints failures at once.</summary>
/// <param name="output">Receives the failures.</param>
internal sealed class CheckBook(TextWriter output)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (int Passed, int Failed)> _checks = new(StringComparer.Ordinal);

    /// <summary>The number of checks that passed.</summary>
    public int Passed => Sum(static counts => counts.Passed);

    /// <summary>The number of checks that failed.</summary>
    public int Failed => Sum(static counts => counts.Failed);

    /// <summary>Records a check.</summary>
    /// <param name="round">The round it is about.</param>
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

    /// <summary>A table with one row per kind of check.</summary>
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
