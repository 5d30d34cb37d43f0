using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Clusters;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Testing;

/// <summary>The disk of a member of a <see cref="ConsensusTestCluster"/>: in memory, and with faults on demand. It
/// outlives the member's crashes.</summary>
/// <remarks>A replica that meets a fault of its storage is faulted (<see cref="StoreState.Faulted"/>) and takes no
/// further part, until <see cref="TestClusterMember.RestartAsync"/>.</remarks>
public sealed class MemberDisk
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private InMemoryDisk _disk;
    private TaskCompletionSource? _held;
    private TimeSpan _writeDelay;
    private DiskSession? _session;

    internal MemberDisk(TimeProvider time)
    {
        _time = time;
        _disk = new InMemoryDisk(time);
    }

    /// <summary>How long a write to the log takes until it is durable, in virtual time. A crash meanwhile loses it. Not
    /// negative. Default: zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan WriteDelay
    {
        get
        {
            lock (_gate)
            {
                return _writeDelay;
            }
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            lock (_gate)
            {
                _writeDelay = value;
            }
        }
    }

    private DiskSession Session => _session ?? throw new InvalidOperationException(
        "The member does not run, so its disk is not in use. Restart it first.");

    /// <summary>Makes the next write to the log fail, as on a full or broken disk.</summary>
    /// <param name="failure">The exception; null for a <see cref="StorageException"/>.</param>
    /// <param name="reachesDisk">Whether the write still happens, as when the flush after it failed.</param>
    /// <exception cref="InvalidOperationException">The member does not run.</exception>
    public void FailNextWrite(Exception? failure = null, bool reachesDisk = false) =>
        Session.Log.FailNextWrite(failure, reachesDisk);

    /// <summary>Makes the next read of the log fail.</summary>
    /// <param name="failure">What it fails with; null for a <see cref="StorageException"/>.</param>
    /// <exception cref="InvalidOperationException">The member does not run.</exception>
    public void FailNextRead(Exception? failure = null) => Session.Log.FailNextRead(failure);

    /// <summary>Makes the next step of a kind with a snapshot fail.</summary>
    /// <param name="step">The step.</param>
    /// <param name="failure">What it fails with; null for a <see cref="StorageException"/>.</param>
    /// <exception cref="InvalidOperationException">The member does not run.</exception>
    public void FailNextSnapshotStep(SnapshotStep step, Exception? failure = null) =>
        Session.Snapshots.FailNext(step, failure);

    /// <summary>Makes writes to the log wait, as on a disk that hangs, until <see cref="Release"/>. A crash loses
    /// them.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            // Waiting writers resume inside Release, so that no work is in progress after it that the cluster cannot
            // see.
            _held ??= new TaskCompletionSource();
        }
    }

    /// <summary>Lets writes proceed.</summary>
    public void Release()
    {
        TaskCompletionSource? held;
        lock (_gate)
        {
            held = _held;
            _held = null;
        }

        held?.SetResult();
    }

    /// <summary>Loses everything, as a disk that was replaced. The member must be down. Restarted, it is a member that
    /// comes with an empty disk, and refused by a cluster in which it has run before.</summary>
    /// <exception cref="InvalidOperationException">The member runs.</exception>
    public void Erase()
    {
        if (_session is not null)
        {
            throw new InvalidOperationException("The member runs on its disk. Crash or stop it first.");
        }

        _disk = new InMemoryDisk(_time);
    }

    /// <summary>Opens the disk for a new life of the member.</summary>
    internal ReplicaStorage Open()
    {
        MemberLogStorage power = new(this, new InMemoryLogStorage(_disk));
        _session = new DiskSession(
            power,
            new FaultInjectingLogStorage(power),
            new FaultInjectingSnapshotStorage(new InMemorySnapshotStorage(_disk)));
        return new ReplicaStorage(_session.Log, _session.Snapshots);
    }

    /// <summary>The member's life ends now.</summary>
    internal void CutPower() => _session?.Power.CutPower();

    /// <summary>The disk is no longer open.</summary>
    internal void Closed()
    {
        _disk.Crash();
        _session = null;
    }

    /// <summary>Completes when a write may go to the disk.</summary>
    internal Task PassAsync(CancellationToken powerCut)
    {
        TimeSpan delay;
        Task? held;
        lock (_gate)
        {
            delay = _writeDelay;
            held = _held?.Task;
        }

        return powerCut.IsCancellationRequested ? Task.FromCanceled(powerCut)
            : delay == TimeSpan.Zero && held is null ? Task.CompletedTask
            : WaitAsync(held, delay, powerCut);
    }

    private async Task WaitAsync(Task? held, TimeSpan delay, CancellationToken powerCut)
    {
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, _time, powerCut).ConfigureAwait(false);
        }

        if (held is not null)
        {
            await held.WaitAsync(powerCut).ConfigureAwait(false);
        }
    }
}
