using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// The volatile layer of a disk, and the lane that flushes it: appends and drops in order, everything that arrived while
/// a flush ran in the next one. It lives as long as one life of the replica.
/// </summary>
internal sealed class SimulatedLogWriter(SimulatedDisk disk, SimulatedReplica replica)
{
    private readonly List<Step> _waiting = [];
    private readonly List<Step> _flushing = [];
    private bool _isBusy;

    /// <summary>Takes an append.</summary>
    public void Append(in AppendEffect append)
    {
        LogEntry[] entries = append.Entries.IsDefaultOrEmpty
            ? []
            : [.. append.Entries.SelectMany(slice => slice.ToArray())];
        _waiting.Add(new Step(append.Id, entries, append.HardState, default));
    }

    /// <summary>Takes a drop, behind the appends so far.</summary>
    public void Drop(in LogDropEffect drop) => _waiting.Add(new Step(0, [], null, drop.Through));

    /// <summary>Begins a flush when none is running.</summary>
    public void Begin()
    {
        if (_isBusy || _waiting.Count == 0)
        {
            return;
        }

        _isBusy = true;
        _flushing.AddRange(_waiting);
        _waiting.Clear();
        replica.Later(replica.FlushMicros(), EventKind.Flush, Complete);
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

    private void Complete()
    {
        foreach (Step step in _flushing)
        {
            Carry(step);
        }

        Step[] done = [.. _flushing];
        _flushing.Clear();
        _isBusy = false;
        Begin();
        foreach (Step step in done)
        {
            if (step.AppendId != 0)
            {
                replica.AppendCompleted(step.AppendId);
            }
        }
    }

    private void Carry(Step step)
    {
        if (step.AppendId != 0)
        {
            disk.Write(step.Entries, step.HardState);
        }
        else
        {
            disk.Drop(step.DropThrough);
        }
    }

    private readonly record struct Step(
        ulong AppendId, LogEntry[] Entries, HardState? HardState, LogPosition DropThrough);
}
