namespace EmbeddedConsensus.Mvcc;

/// <summary>The native memory of keys and of their versions. Used by the writer only; readers follow handles.</summary>
internal sealed unsafe class RecordHeap
{
    // A larger value would make its record too large for a slot.
    private const int MaxInlineValue = SlotHeap.MaxBytes - RecordMemory.FixedBytes - sizeof(long)
        - RecordMemory.MaxLevel * sizeof(ulong);

    // In segments. Keys take less than their versions.
    private const int MaxRecordSlab = 8;
    private const int MaxKeySlab = 4;

    private readonly SlotHeap _records;
    private readonly SlotHeap _keys;
    private readonly LargeAllocations _large = new();

    /// <summary>An empty heap.</summary>
    public RecordHeap(int segmentBytes, int initialSlabUnits)
    {
        _records = new SlotHeap(segmentBytes, initialSlabUnits, MaxRecordSlab);
        _keys = new SlotHeap(segmentBytes, Math.Min(initialSlabUnits, MaxKeySlab), MaxKeySlab);
    }

    /// <summary>Bytes held from the operating system.</summary>
    public long AllocatedBytes => _records.AllocatedBytes + _keys.AllocatedBytes + _large.Bytes;

    /// <summary>Bytes in use, slot rounding included.</summary>
    public long UsedBytes => _records.UsedBytes + _keys.UsedBytes + _large.Bytes;

    /// <summary>Slabs held.</summary>
    public int SlabCount => _records.SlabCount + _keys.SlabCount;

    /// <summary>Writes a version; it is in no chain yet.</summary>
    public RecordHandle Add(in RecordFields fields, KeyNode key, ReadOnlySpan<byte> value)
    {
        bool external = value.Length > MaxInlineValue;
        int header = RecordMemory.HeaderBytes(fields);
        byte* memory = _records.Allocate(header + (external ? sizeof(byte*) : value.Length));
        RecordMemory record = RecordMemory.Initialize(memory, fields, key, value.Length, external);
        byte* bytes = memory + header;
        if (external)
        {
            bytes = _large.Allocate(value.Length);
            *(byte**)(memory + header) = bytes;
        }
        value.CopyTo(new Span<byte>(bytes, value.Length));
        return record.Handle;
    }

    /// <summary>Makes another copy of a version, without its links. Both share a value of its own allocation.</summary>
    public RecordHandle Copy(RecordHandle original)
    {
        RecordMemory source = original.Memory;
        RecordFields fields = new MvccRecord(original).Fields;
        int header = RecordMemory.HeaderBytes(fields);
        ValueRef value = source.Value;
        int bytes = value.IsExternal ? sizeof(byte*) : value.Span.Length;
        byte* memory = _records.Allocate(header + bytes);
        RecordMemory copy = RecordMemory.Initialize(memory, fields, source.Key, value.Span.Length, value.IsExternal);
        Buffer.MemoryCopy(source.ValuePlace, memory + header, bytes, bytes);
        return copy.Handle;
    }

    /// <summary>Frees a version. No reader may be in it.</summary>
    public void Free(RecordHandle record)
    {
        ValueRef value = record.Memory.Value;
        byte* external = value.IsExternal ? value.Pointer : null;
        FreeCopy(record);
        if (external != null)
        {
            _large.Free(external);
        }
    }

    /// <summary>Frees a copy of a version whose value lives on in another copy.</summary>
    public void FreeCopy(RecordHandle record) => _records.Free(record.Memory.Pointer);

    /// <summary>Writes a key without versions.</summary>
    /// <param name="key">The key.</param>
    /// <param name="birth">A revision at or before that of the first root that will reach it.</param>
    public KeyNode AddKey(ReadOnlySpan<byte> key, long birth)
    {
        int bytes = checked(KeyNode.HeaderBytes + key.Length);
        byte* memory = bytes <= SlotHeap.MaxBytes ? _keys.Allocate(bytes) : _large.Allocate(bytes);
        return KeyNode.Initialize(memory, key, birth);
    }

    /// <summary>Writes a key that separates pages. It gets an allocation of its own, so that every slot belongs to a
    /// cell of a leaf.</summary>
    public KeyNode AddSeparator(ReadOnlySpan<byte> key, long birth)
        => KeyNode.Initialize(_large.Allocate(checked(KeyNode.HeaderBytes + key.Length)), key, birth);

    /// <summary>Makes another copy of a key, with the same versions and the same birth.</summary>
    public KeyNode Copy(KeyNode original)
    {
        KeyNode copy = AddKey(original.Key, original.Birth);
        copy.NewestSlot = original.NewestSlot;
        return copy;
    }

    /// <summary>Frees a key. No root may reach it.</summary>
    public void Free(KeyNode key)
    {
        if (KeyNode.HeaderBytes + key.Key.Length <= SlotHeap.MaxBytes)
        {
            _keys.Free(key.Pointer);
        }
        else
        {
            _large.Free(key.Pointer);
        }
    }

    /// <summary>Frees a key that separated pages.</summary>
    public void FreeSeparator(KeyNode key) => _large.Free(key.Pointer);

    /// <summary>The next version to move out of a sparse segment; the null handle when there is none. One that was
    /// retired is returned too.</summary>
    public RecordHandle TakeSparseRecord()
    {
        byte* slot = _records.TakeSparse();
        return slot == null ? default : new RecordMemory(slot).Handle;
    }

    /// <summary>The next key to move out of a sparse segment; no node when there is none. One that was retired is
    /// returned too.</summary>
    public KeyNode TakeSparseKey() => new(_keys.TakeSparse());

    /// <summary>Frees all memory.</summary>
    public void Release()
    {
        _large.Release();
        _records.Release();
        _keys.Release();
    }
}
