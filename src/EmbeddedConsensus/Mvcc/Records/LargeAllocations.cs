using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>Allocations of their own, for keys and values too large for a slot; each returns to the operating system by
/// itself. Linked, so that they can be given back together.</summary>
internal sealed unsafe class LargeAllocations
{
    private Header* _first;

    /// <summary>Bytes allocated.</summary>
    public long Bytes { get; private set; }

    /// <summary>Allocates so many bytes, aligned to 16.</summary>
    public byte* Allocate(int bytes)
    {
        Header* header = (Header*)NativeMemory.AlignedAlloc((nuint)(sizeof(Header) + (long)bytes), 16);
        header->Previous = null;
        header->Next = _first;
        header->Bytes = bytes;
        if (_first != null)
        {
            _first->Previous = header;
        }
        _first = header;
        Bytes += bytes;
        return (byte*)(header + 1);
    }

    /// <summary>Frees an allocation.</summary>
    public void Free(byte* memory)
    {
        Header* header = (Header*)memory - 1;
        if (header->Previous != null)
        {
            header->Previous->Next = header->Next;
        }
        else
        {
            _first = header->Next;
        }
        if (header->Next != null)
        {
            header->Next->Previous = header->Previous;
        }
        Bytes -= header->Bytes;
        NativeMemory.AlignedFree(header);
    }

    /// <summary>Frees all that is left.</summary>
    public void Release()
    {
        while (_first != null)
        {
            Header* next = _first->Next;
            NativeMemory.AlignedFree(_first);
            _first = next;
        }
        Bytes = 0;
    }

    /// <summary>Precedes an allocation. 32 bytes, which keeps it aligned.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Header
    {
        public Header* Previous;
        public Header* Next;
        public long Bytes;
    }
}
