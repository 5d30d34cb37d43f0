using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Flushed writes that the disk loses after all, as far as a storage cannot prove that they were there: those
/// after the last vote (design decision D20).</summary>
internal sealed partial class SimulatedDisk
{
    private const int MostLost = 8;

    private readonly List<Undo> _undo = [];

    // What it acknowledged and lost. Consensus knows that it may be missing, so it counts as held.
    private readonly HashSet<LogPosition> _lostWithDoubt = [];
    private bool _mayLackTail;

    /// <summary>Whether the member is in doubt about the end of its log.</summary>
    public bool IsInDoubt => _mayLackTail || HardState.IsInDoubt;

    /// <summary>Loses flushed writes at the end of the log, and knows only that it may have.</summary>
    /// <param name="most">The maximum number of writes.</param>
    /// <returns>Whether there was something to lose.</returns>
    public bool LoseTailWithDoubt(int most)
    {
        int lost = Math.Min(most, _undo.Count);
        for (int i = 0; i < lost; i++)
        {
            Undo last = _undo[^1];
            if (last.Written is [{ Index: 1 }, ..])
            {
                // A member that holds nothing counts as one that lost its disk.
                return i > 0;
            }

            _undo.RemoveAt(_undo.Count - 1);
            _mayLackTail = true;
            _lostWithDoubt.UnionWith(last.Written);
            _hardState = last.HardState;
            if (last.Written.Length > 0)
            {
                Truncate((int)(last.Written[0].Index - Start.Index - 1));
                _entries.AddRange(last.Replaced);
                _records.AddRange(last.Replaced.Select(entry => new DiskRecord(_flush, entry.Index)));
            }
        }

        return lost > 0;
    }

    private void NoteForLoss(ReadOnlySpan<LogEntry> entries, ReadOnlyMemory<byte> hardState, bool hasVote)
    {
        bool wasInDoubt = IsInDoubt;
        bool isInDoubt = wasInDoubt;
        if (!hardState.IsEmpty)
        {
            _mayLackTail = false;
            isInDoubt = HardStateCodec.Decode(hardState.Span).IsInDoubt;
            if (!isInDoubt)
            {
                _lostWithDoubt.Clear();
            }
        }

        if (hasVote || isInDoubt != wasInDoubt)
        {
            _undo.Clear();
            return;
        }

        LogPosition[] written = new LogPosition[entries.Length];
        for (int i = 0; i < written.Length; i++)
        {
            written[i] = entries[i].Position;
        }

        int kept = written.Length == 0 ? 0 : (int)(written[0].Index - Start.Index - 1);
        LogEntry[] replaced = written.Length == 0 || kept >= _entries.Count ? [] : [.. _entries[kept..]];
        _undo.Add(new Undo(written, replaced, _hardState));
        if (_undo.Count > MostLost)
        {
            _undo.RemoveAt(0);
        }
    }

    private readonly record struct Undo(LogPosition[] Written, LogEntry[] Replaced, ReadOnlyMemory<byte> HardState);
}
