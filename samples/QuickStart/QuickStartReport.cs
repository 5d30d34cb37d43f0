using Spectre.Console;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The steps of a run and the properties checked.</summary>
internal sealed class QuickStartReport
{
    private const int RedirectedWidth = 120;
    private const int MaxSkippedShown = 10;

    private readonly List<(string Step, string Detail, TimeSpan Took)> _steps = [];
    private readonly List<Check> _checks = [];
    private readonly List<string> _skipped = [];

    /// <summary>Whether every property held.</summary>
    public bool Holds => _checks.TrueForAll(static check => check.Holds);

    /// <summary>Adds a step.</summary>
    public void Add(string step, string detail, TimeSpan took) => _steps.Add((step, detail, took));

    /// <summary>Adds a check.</summary>
    public void Add(Check check) => _checks.Add(check);

    /// <summary>Adds a file that was not imported.</summary>
    public void AddSkipped(string file) => _skipped.Add(file);

    /// <summary>Prints the report.</summary>
    /// <param name="console">The console.</param>
    public void WriteTo(IAnsiConsole console)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            // A file or a pipe has no window width.
            console.Profile.Width = RedirectedWidth;
        }

        console.Write(StepTable());
        console.Write(CheckTable());
        WriteSkipped(console);
        foreach (Check check in _checks.Where(static check => !check.Holds))
        {
            console.WriteLine($"DID NOT HOLD: {check.Promise}: {check.Finding}");
        }

        console.WriteLine(Holds ? "Everything held." : "Not everything held.");
    }

    private Table StepTable()
    {
        Table table = new Table().AddColumns("What happened", "").AddColumn(new TableColumn("Time").RightAligned());
        foreach ((string step, string detail, TimeSpan took) in _steps)
        {
            table.AddRow(new Text(step), new Text(detail), new Text($"{took.TotalMilliseconds:N0} ms"));
        }

        return table;
    }

    private Table CheckTable()
    {
        Table table = new Table().AddColumns("What had to hold", "Found", "Holds");
        foreach (Check check in _checks)
        {
            table.AddRow(new Text(check.Promise), new Text(check.Finding), new Text(check.Holds ? "yes" : "NO"));
        }

        return table;
    }

    private void WriteSkipped(IAnsiConsole console)
    {
        foreach (string file in _skipped.Take(MaxSkippedShown))
        {
            console.WriteLine($"Skipped {file}.");
        }

        if (_skipped.Count > MaxSkippedShown)
        {
            console.WriteLine($"Skipped {_skipped.Count - MaxSkippedShown:N0} more.");
        }
    }
}
