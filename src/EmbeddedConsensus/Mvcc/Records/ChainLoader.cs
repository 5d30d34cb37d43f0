namespace EmbeddedConsensus.Mvcc;

/// <summary>Builds chains from versions that come newest first, as a snapshot has them.</summary>
internal sealed class ChainLoader
{
    // The oldest version so far of each level.
    private readonly RecordHandle[] _oldest = new RecordHandle[RecordMemory.MaxLevel + 1];

    /// <summary>Starts a key with its newest version.</summary>
    public void Start(KeyNode key, RecordHandle newest)
    {
        Array.Clear(_oldest);
        key.NewestSlot = newest.Bits;
        Note(newest);
    }

    /// <summary>Adds the next older version.</summary>
    public void AddOlder(RecordHandle record)
    {
        for (int level = 0; level <= record.Memory.Level; level++)
        {
            if (!_oldest[level].IsNull)
            {
                _oldest[level].Memory.OlderSlot(level) = record.Bits;
            }
        }
        Note(record);
    }

    private void Note(RecordHandle record)
    {
        for (int level = 0; level <= record.Memory.Level; level++)
        {
            _oldest[level] = record;
        }
    }
}
