using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Mvcc;

/// <summary>The versions that a cursor found in one section and has not returned yet.</summary>
[InlineArray(Length)]
internal struct HandleBuffer
{
    /// <summary>Versions looked up at a time: their cache misses overlap.</summary>
    public const int Length = 16;

    private RecordHandle _first;
}
