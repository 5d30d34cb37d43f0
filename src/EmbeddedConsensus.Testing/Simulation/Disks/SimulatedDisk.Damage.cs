using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>What goes wrong with a disk.</summary>
/// <remarks>
/// Damage strikes records that a later flush has followed: of the very last one no log can tell whether it was torn or
/// rotted, and a torn tail is cut off (FASTER's log has a file beside it that narrows the gap). What a crash leaves of
/// a flush is a subset of its records, and what recovery makes of that is the part before the first one that is
/// missing or torn.
/// </remarks>
internal sealed partial class SimulatedDisk
{
    private readonly List<DiskRecord> _damaged = [];

    /// <summary>Up to when, in virtual time, everything takes long.</summary>
    public long SlowUntil { get; set; }

    /// <summary>Up to when, in virtual time, nothing ends.</summary>
    public long HangsUntil { get; set; }

    /// <summary>Whether nothing more can be written.</summary>
    public bool IsFull { get; set; }

    /// <summary>Whether the next flush fails.</summary>
    public bool FailsNextFlush { get; set; }

    /// <summary>Whether damage is given out as if it were whole: a mistake made on purpose.</summary>
    public bool TrustsDamage { get; set; }

    /// <summary>Whether anything that was durable is damaged.</summary>
    public bool IsDamaged =>
        _damaged.Count > 0 || _snapshots.Exists(snapshot => snapshot.DamagedAt is not null);

    /// <summary>The disk works again; what is damaged stays so.</summary>
    public void Heal()
    {
        SlowUntil = 0;
        HangsUntil = 0;
        IsFull = false;
        FailsNextFlush = false;
    }

    /// <summary>Throws if the disk takes no data.</summary>
    /// <exception cref="StorageException">It is full, or the flush fails.</exception>
    public void ThrowIfUnwritable()
    {
        if (IsFull)
        {
            throw new StorageException("The disk is full.");
        }

        if (FailsNextFlush)
        {
            FailsNextFlush = false;
            throw new StorageException("The flush failed.");
        }
    }

    /// <summary>Damages what is at rest.</summary>
    /// <param name="kind">How.</param>
    /// <param name="where">Chooses the place.</param>
    /// <returns>Whether there was something to damage.</returns>
    public bool Damage(FaultKind kind, int where) => kind switch
    {
        FaultKind.RottenHardState => DamageHardState(),
        FaultKind.RottenSnapshot => DamageSnapshot(where),
        _ => DamageEntry(kind, where),
    };

    private bool DamageHardState()
    {
        if (_hardStateRecord.IsDamaged || !IsFollowed(_hardStateRecord))
        {
            return false;
        }

        MarkDamaged(_hardStateRecord);
        HardState = HardState with { Vote = MemberId.None };
        return true;
    }

    private bool DamageSnapshot(int where)
    {
        if (NewestSnapshot is not { DamagedAt: null } newest)
        {
            return false;
        }

        byte[] data = newest.Data.ToArray();
        int at = where % data.Length;
        data[at] ^= (byte)(1 << (where % 8));
        _snapshots[^1] = newest with { Data = data, DamagedAt = at };
        return true;
    }

    private bool DamageEntry(FaultKind kind, int where)
    {
        int followed = 0;
        while (followed < _records.Count && IsFollowed(_records[followed]))
        {
            followed++;
        }

        if (followed < 2)
        {
            return false;
        }

        int at = where % followed;
        int other = (at + followed - 1) % followed;
        switch (kind)
        {
            case FaultKind.MisdirectedWrite:
                // What belongs here went elsewhere: two places are wrong.
                _entries[other] = _entries[other] with { Data = _entries[at].Data };
                MarkDamaged(_records[other]);
                break;
            case FaultKind.StaleSector:
                _entries[at] = _entries[at] with { Data = _entries[other].Data };
                break;
            default:
                byte[] data = _entries[at].Data.ToArray();
                if (data.Length > 0)
                {
                    data[where % data.Length] ^= (byte)(1 << (where % 8));
                }

                _entries[at] = _entries[at] with { Data = data };
                break;
        }

        MarkDamaged(_records[at]);
        return true;
    }

    private bool IsFollowed(DiskRecord record) => record.Flush > 0 && record.Flush + 1 < _flush;

    private void MarkDamaged(DiskRecord record)
    {
        if (!record.IsDamaged)
        {
            record.IsDamaged = true;
            _damaged.Add(record);
        }
    }

    private void ForgetDamageBelow(ulong index) => _damaged.RemoveAll(record => record.LastIndex <= index);

    private void Verify(DiskRecord record, string what)
    {
        if (record.IsDamaged && !TrustsDamage)
        {
            throw new StorageCorruptedException("log", (long)record.Flush,
                $"The checksum of {what} does not fit: it was durable and is damaged. Replace the member.");
        }
    }
}
