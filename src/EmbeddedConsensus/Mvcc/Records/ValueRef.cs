namespace EmbeddedConsensus.Mvcc;

/// <summary>Where a record's value is: inline, after the record's header, or in an allocation of its own.</summary>
internal readonly unsafe struct ValueRef
{
    private readonly byte* _address;
    private readonly int _length;

    /// <summary>A reference to bytes in memory.</summary>
    public ValueRef(byte* address, int length, bool isExternal)
    {
        _address = address;
        _length = length;
        IsExternal = isExternal;
    }

    /// <summary>True when the value has an allocation of its own, which all copies of its record share.</summary>
    public bool IsExternal { get; }

    /// <summary>The first byte.</summary>
    public byte* Pointer => _address;

    /// <summary>The value; valid as long as the record.</summary>
    public ReadOnlySpan<byte> Span => new(_address, _length);
}
