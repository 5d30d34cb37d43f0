using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Every retained change in the order in which it was made: (main revision, record), appended by the writer in
/// chunks of native memory, dropped from the front by compaction. Positions count all changes ever appended. Readers
/// use the <see cref="RevisionIndexBounds"/> of their root and never look beyond it.</summary>
internal sealed unsafe class RevisionIndex
{
    private const int ChunkShift = 10;
    private const int EntriesPerChunk = 1 << ChunkShift;

    /// <summary>Bytes of a chunk.</summary>
    public static readonly int ChunkBytes = EntriesPerChunk * sizeof(Entry);

    private readonly EpochTable _epochs;
    private RevisionIndexDirectory _directory = new(0, 16);

    /// <summary>An empty index.</summary>
    public RevisionIndex(EpochTable epochs) => _epochs = epochs;

    /// <summary>The position of the oldest entry.</summary>
    public long Head { get; private set; }

    /// <summary>The position of the next entry.</summary>
    public long Tail { get; private set; }

    /// <summary>Bytes of chunks, including those that wait for readers.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>What a reader may see now.</summary>
    public RevisionIndexBounds Bounds => new(_directory, Head, Tail);

    /// <summary>Appends the newest change.</summary>
    public void Append(long main, RecordHandle record)
    {
        long chunk = Tail >> ChunkShift;
        if ((Tail & (EntriesPerChunk - 1)) == 0)
        {
            AddChunk(chunk);
        }
        Entry* entry = (Entry*)_directory[chunk] + (Tail & (EntriesPerChunk - 1));
        entry->Main = main;
        entry->Record = record.Bits;
        Tail++;
    }

    /// <summary>Drops the oldest entry.</summary>
    public void DropFirst()
    {
        if (Head == Tail)
        {
            throw new InvariantViolationException("The revision index is empty.");
        }
        Head++;
        if ((Head & (EntriesPerChunk - 1)) == 0)
        {
            ulong chunk = (ulong)_directory[(Head - 1) >> ChunkShift];
            _epochs.Retire(RetiredKind.IndexChunk, chunk, ((Entry*)chunk)->Main);
        }
    }

    /// <summary>Points a change to a moved copy of its record; a change that was dropped is left alone. A reader finds
    /// either copy, and both exist until it is gone.</summary>
    public void Replace(long main, int sub, RecordHandle old, RecordHandle replacement)
    {
        long position = Bounds.LowerBound(main, sub);
        if (position == Tail)
        {
            return;
        }
        Entry* entry = (Entry*)_directory[position >> ChunkShift] + (position & (EntriesPerChunk - 1));
        if (entry->Record == old.Bits)
        {
            Volatile.Write(ref entry->Record, replacement.Bits);
        }
    }

    /// <summary>Frees a chunk that no reader can see any more.</summary>
    public void FreeChunk(ulong address)
    {
        NativeMemory.Free((void*)address);
        AllocatedBytes -= ChunkBytes;
    }

    /// <summary>Frees every chunk that was not retired.</summary>
    public void Release()
    {
        long end = (Tail + EntriesPerChunk - 1) >> ChunkShift;
        for (long chunk = Head >> ChunkShift; chunk < end; chunk++)
        {
            FreeChunk((ulong)_directory[chunk]);
        }
        Head = Tail;
    }

    private void AddChunk(long chunk)
    {
        if (!_directory.Covers(chunk))
        {
            _directory = _directory.Extend(Head >> ChunkShift, chunk);
        }
        _directory[chunk] = (nint)NativeMemory.Alloc((nuint)ChunkBytes);
        AllocatedBytes += ChunkBytes;
    }

    /// <summary>The entry at a position of a directory.</summary>
    public static void Read(RevisionIndexDirectory directory, long position, out long main, out RecordHandle record)
    {
        Entry* entry = (Entry*)directory[position >> ChunkShift] + (position & (EntriesPerChunk - 1));
        main = entry->Main;
        record = new RecordHandle(Volatile.Read(ref entry->Record));
    }

    private struct Entry
    {
        public long Main;
        public ulong Record;
    }
}
