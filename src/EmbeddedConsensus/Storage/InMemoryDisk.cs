namespace EmbeddedConsensus.Storage;

/// <summary>
/// The memory that stands in for a member's disk: it outlives the storages that work on it, so that a member which is
/// restarted within one process finds its data again. It is gone with the process.
/// </summary>
/// <remarks>At most one <see cref="InMemoryLogStorage"/> and one <see cref="InMemorySnapshotStorage"/> may be open on
/// a disk. Safe for use by several threads.</remarks>
internal sealed class InMemoryDisk
{
    private object? _logOwner;
    private object? _snapshotOwner;

    /// <summary>An empty disk.</summary>
    /// <param name="time">The clock of the machine that it stands in; null for the system's.</param>
    public InMemoryDisk(TimeProvider? time = null) => Time = time ?? TimeProvider.System;

    /// <summary>The clock of the disk's machine.</summary>
    internal TimeProvider Time { get; }

    /// <summary>Guards everything on the disk.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>The log.</summary>
    internal InMemoryLog Log { get; private init; } = new();

    /// <summary>The published snapshots, by the index that they reach to.</summary>
    internal SortedList<ulong, InMemorySnapshot> Snapshots { get; } = [];

    /// <summary>Cuts off the current users of the disk, as the end of their process would: their later calls fail with
    /// <see cref="StorageException"/>, and the disk can be opened again.</summary>
    public void Crash()
    {
        lock (Gate)
        {
            _logOwner = null;
            _snapshotOwner = null;
        }
    }

    /// <summary>A second disk with what this one holds now, as if its folder were copied.</summary>
    internal InMemoryDisk Copy()
    {
        lock (Gate)
        {
            InMemoryDisk copy = new(Time) { Log = Log.Copy() };
            foreach ((ulong index, InMemorySnapshot snapshot) in Snapshots)
            {
                copy.Snapshots.Add(index, snapshot);
            }

            return copy;
        }
    }

    /// <summary>Makes a log storage the one that has the log open.</summary>
    /// <param name="owner">The storage.</param>
    internal void OpenLog(object owner) => Take(ref _logOwner, owner, "log");

    /// <summary>Makes a snapshot storage the one that has the snapshots open.</summary>
    /// <param name="owner">The storage.</param>
    internal void OpenSnapshots(object owner) => Take(ref _snapshotOwner, owner, "snapshots");

    /// <summary>Whether a storage still has its part of the disk open. Call it under <see cref="Gate"/>.</summary>
    /// <param name="owner">The storage.</param>
    internal bool IsOpenBy(object owner) => ReferenceEquals(_logOwner, owner) || ReferenceEquals(_snapshotOwner, owner);

    /// <summary>Lets go of what a storage has open.</summary>
    /// <param name="owner">The storage.</param>
    internal void Close(object owner)
    {
        lock (Gate)
        {
            _logOwner = ReferenceEquals(_logOwner, owner) ? null : _logOwner;
            _snapshotOwner = ReferenceEquals(_snapshotOwner, owner) ? null : _snapshotOwner;
        }
    }

    private void Take(ref object? slot, object owner, string part)
    {
        lock (Gate)
        {
            if (slot is not null && !ReferenceEquals(slot, owner))
            {
                throw new StorageInUseException(
                    $"The in-memory disk's {part} is open elsewhere. Dispose the other storage, or call Crash.");
            }

            slot = owner;
        }
    }
}
