namespace EmbeddedConsensus;

/// <summary>By what a range is sorted.</summary>
public enum SortTarget
{
    /// <summary>By key. The only order that needs no sorting.</summary>
    Key = 0,

    /// <summary>By <see cref="KeyValue.Version"/>.</summary>
    Version = 1,

    /// <summary>By <see cref="KeyValue.CreateRevision"/>.</summary>
    CreateRevision = 2,

    /// <summary>By <see cref="KeyValue.ModRevision"/>.</summary>
    ModRevision = 3,

    /// <summary>By <see cref="KeyValue.Value"/>, byte by byte.</summary>
    Value = 4,
}
