using EmbeddedConsensus.Mutations.Catalogue;

namespace EmbeddedConsensus.Mutations;

/// <summary>Counts outcomes, and writes them down as they come.</summary>
internal sealed class RunReport(TextWriter output, int mutations)
{
    private readonly Lock _gate = new();
    private int _passed;
    private int _failed;

    /// <summary>Counts a mutation that is as it should be.</summary>
    public void Passed()
    {
        lock (_gate)
        {
            _passed++;
        }
    }

    /// <summary>A mutation was caught.</summary>
    public void Caught(Mutation mutation, string detail)
    {
        lock (_gate)
        {
            _passed++;
            Write(mutation, $"caught by {detail}");
        }
    }

    /// <summary>A mutation was not caught, or does not fit.</summary>
    public void Failed(Mutation mutation, string detail)
    {
        lock (_gate)
        {
            _failed++;
            Write(mutation, $"NOT CAUGHT ({mutation.Title}): {detail}");
        }
    }

    /// <summary>Writes a line that is about no single mutation.</summary>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    /// <summary>Writes the counts.</summary>
    /// <returns>The exit code: 0 when nothing failed.</returns>
    public int Summarize()
    {
        output.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 ? 0 : 1;
    }

    private void Write(Mutation mutation, string what)
    {
        output.WriteLine($"[{_passed + _failed}/{mutations}] {mutation.Name}: {what}");
        output.Flush();
    }
}
