using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>The terms of a replica's log during one run, derived from its effects.</summary>
internal sealed class LogMirror
{
    private readonly List<ulong> _terms = [];
    private ulong _start;

    /// <summary>The log that a replica starts with.</summary>
    public LogMirror(RecoveredLog recovered, LogPosition snapshot)
    {
        _start = recovered.Start.Index;
        StartTerm = recovered.Start.Term;
        for (int run = 0; run < recovered.Terms.Count; run++)
        {
            ulong end = run + 1 < recovered.Terms.Count ? recovered.Terms[run + 1].FirstIndex : recovered.LastIndex + 1;
            for (ulong index = recovered.Terms[run].FirstIndex; index < end; index++)
            {
                _terms.Add(recovered.Terms[run].Term);
            }
        }

        if (TermAt(snapshot.Index) != snapshot.Term)
        {
            Reset(snapshot);
        }
    }

    /// <summary>The index of the last entry.</summary>
    public ulong LastIndex => _start + (ulong)_terms.Count;

    /// <summary>The position after which the log begins.</summary>
    public LogPosition Start => new(_start, StartTerm);

    private ulong StartTerm { get; set; }

    /// <summary>The term at an index, or null if there is no entry.</summary>
    public ulong? TermAt(ulong index) =>
        index == _start ? StartTerm
        : index < _start || index > LastIndex ? null
        : _terms[(int)(index - _start - 1)];

    /// <summary>Adds an entry, replacing those from its index on.</summary>
    public void Append(in LogEntry entry)
    {
        if (entry.Index <= _start || entry.Index > LastIndex + 1)
        {
            throw new SimulationFailedException("Log Matching",
                $"An append at index {entry.Index} does not touch the log ({_start}, {LastIndex}].");
        }

        int at = (int)(entry.Index - _start - 1);
        _terms.RemoveRange(at, _terms.Count - at);
        _terms.Add(entry.Term);
    }

    /// <summary>Drops the entries up to a position.</summary>
    public void Drop(LogPosition through)
    {
        if (through.Index >= LastIndex || TermAt(through.Index) != through.Term)
        {
            Reset(through);
        }
        else if (through.Index > _start)
        {
            _terms.RemoveRange(0, (int)(through.Index - _start));
            _start = through.Index;
            StartTerm = through.Term;
        }
    }

    private void Reset(LogPosition position)
    {
        _terms.Clear();
        _start = position.Index;
        StartTerm = position.Term;
    }
}
