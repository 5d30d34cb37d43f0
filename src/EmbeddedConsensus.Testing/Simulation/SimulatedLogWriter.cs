using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// The volatile layer of a disk, and the lane that flushes it: appends and drops in order, everything that arrived while
/// a flush ran in the next one. It lives as long as one life of the replica.
/// </summary>
internal sealed class SimulatedLogWriter(SimulatedDisk disk, ReplicaLife life)
{
    private readonly List<Step> _waiting = [];
    private readonly List<Step> _flushing = [];
    private bool _isBusy;

    /// <summary>Takes an append: the hard state, then the entries, as the host writes them.</summary>
    public void Append(in AppendEffect append)
    {
        if (append.HardState is { } hardState)
        {
            _waiting.Add(new Step(0, default, hardState, null));
        }

        foreach (ReadOnlyMemory<LogEntry> slice in append.Entries.IsDefault ? [] : append.Entries)
        {
            _waiting.Add(new Step(0, slice, null, null));
        }

        if (life.Defect == SimulatedDefect.AcknowledgeBeforeDurable)
        {
            ulong id = append.Id;
            life.Later(0, EventKind.Flush, () => life.AppendCompleted(id));
        }
        else
        {
            _waiting.Add(new Step(append.Id, default, null, null));
        }

        Begin();
    }

    /// <summary>Takes a drop, behind the appends so far.</summary>
    public void Drop(in LogDropEffect drop)
    {
        _waiting.Add(new Step(0, default, null, drop.Through));
        Begin();
    }

    /// <summary>The replica crashed: of the flush that was running, the disk has a part, in order, or nothing. What
    /// was not begun is lost.</summary>
    public void Crash(SimulationRandom random, double keepRate)
    {
        int kept = _flushing.Count > 0 && random.Chance(keepRate) ? random.Below(_flushing.Count + 1) : 0;
        for (int i = 0; i < kept; i++)
        {
            Carry(_flushing[i]);
        }
    }

    private void Begin()
    {
        if (_isBusy || _waiting.Count == 0)
        {
            return;
        }

        _isBusy = true;
        _flushing.AddRange(_waiting);
        _waiting.Clear();
        life.Later(life.Replica.FlushMicros(), EventKind.Flush, Complete);
    }

    private void Complete()
    {
        Step[] done = [.. _flushing];
        _flushing.Clear();
        foreach (Step step in done)
        {
            Carry(step);
        }

        _isBusy = false;
        Begin();
        foreach (Step step in done)
        {
            if (step.CompletedAppend != 0)
            {
                life.AppendCompleted(step.CompletedAppend);
            }
        }
    }

    private void Carry(Step step)
    {
        if (step.Drop is { } through)
        {
            disk.Drop(through);
        }
        else if (step.CompletedAppend == 0)
        {
            disk.Write(step.Entries.Span, step.HardState);
        }
    }

    /// <summary>One write, one drop, or the end of an append.</summary>
    private readonly record struct Step(
        ulong CompletedAppend, ReadOnlyMemory<LogEntry> Entries, HardState? HardState, LogPosition? Drop);
}
