using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// The volatile layer of a disk, and its flushes: appends and drops in order, everything that arrived
/// while a flush ran in the next one. It lives as long as one life of the replica.
/// </summary>
internal sealed class SimulatedLogBatcher(SimulatedDisk disk, ReplicaLife life)
{
    private readonly List<Step> _waiting = [];
    private readonly List<Step> _flushing = [];
    private bool _isBusy;

    /// <summary>Takes an append: the hard state, then the entries, as the host writes them.</summary>
    public void Append(in AppendEffect append)
    {
        if (append.HardState is { } hardState)
        {
            _waiting.Add(new Step(0, default, HardStateCodec.Encode(hardState), null) { HasVote = append.HasVote });
        }

        foreach (ReadOnlyMemory<LogEntry> slice in append.Entries.IsDefault ? [] : append.Entries)
        {
            _waiting.Add(new Step(0, slice, default, null));
        }

        if (life.Defect == SimulatedDefect.AcknowledgeBeforeDurable)
        {
            ulong id = append.Id;
            life.Later(0, EventKind.Flush, () => life.AppendCompleted(id));
        }
        else
        {
            _waiting.Add(new Step(append.Id, default, default, null));
        }

        Begin();
    }

    /// <summary>Takes a drop, to be done after the appends so far.</summary>
    public void Drop(in LogDropEffect drop)
    {
        _waiting.Add(new Step(0, default, default, drop.Through));
        Begin();
    }

    /// <summary>The replica crashed: of the flush that was running, any records may be on the disk, and the last of
    /// them torn. Recovery keeps those before the first that is missing. What was not begun is lost.</summary>
    public void Crash(SimulationRandom random, double keepRate)
    {
        foreach (Step step in _flushing)
        {
            if (!random.Chance(keepRate))
            {
                return;
            }

            Carry(step);
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
        life.OnDisk(life.Replica.FlushMicros(), EventKind.Flush, Complete);
        life.Pass(CrashPoint.FlushBegun);
    }

    private void Complete()
    {
        try
        {
            disk.ThrowIfUnwritable();
        }
        catch (StorageException) when (life.Defect == SimulatedDefect.IgnoreFailedFlush)
        {
            // The mistake: the flush is tried no more, and reported as done.
            CompleteSteps([.. _flushing.Where(step => step.CompletedAppend != 0)]);
            return;
        }

        Step[] done = [.. _flushing];
        foreach (Step step in done)
        {
            Carry(step);
        }

        disk.Flushed();
        CompleteSteps(done);
    }

    private void CompleteSteps(Step[] done)
    {
        _flushing.Clear();
        life.Pass(CrashPoint.FlushDurable);
        _isBusy = false;
        Begin();
        foreach (Step step in done)
        {
            if (step.Drop is not null)
            {
                life.Pass(CrashPoint.DropDurable);
            }

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
            disk.Write(step.Entries.Span, step.HardState, step.HasVote);
        }
    }

    /// <summary>One write, one drop, or the end of an append.</summary>
    private readonly record struct Step(
        ulong CompletedAppend, ReadOnlyMemory<LogEntry> Entries, ReadOnlyMemory<byte> HardState, LogPosition? Drop)
    {
        public bool HasVote { get; init; }
    }
}
