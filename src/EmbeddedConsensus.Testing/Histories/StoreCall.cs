using System.Globalization;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>A call to a store with its outcome.</summary>
public sealed record StoreCall
{
    /// <summary>The caller. Only used in explanations; callers in several processes should have distinct
    /// numbers.</summary>
    public required int Client { get; init; }

    /// <summary>The replica and its run that the call went to, such as "2/7" for the seventh start of member 2. Empty
    /// if unknown. Serializable reads of one session never go back.</summary>
    public string Session { get; init; } = "";

    /// <summary>When the call started, in ticks of a monotonic clock that all callers of the history share.</summary>
    public required long InvokedAt { get; init; }

    /// <summary>When it ended, by the same clock. Meaningless if the outcome is unknown.</summary>
    public long ReturnedAt { get; init; }

    /// <summary>The operation, created by the methods of <see cref="Op"/>; null for a compaction.</summary>
    public Operation? Operation { get; init; }

    /// <summary>The revision to compact to, when <see cref="Operation"/> is null.</summary>
    public long CompactRevision { get; init; }

    /// <summary>How it ended.</summary>
    public CallOutcome Outcome { get; init; }

    /// <summary>The result if it succeeded; null for a compaction. A <see cref="RangeResult"/> with revision 0 comes
    /// from a call that does not state the store's revision: <see cref="IKeyValueStore.GetAsync"/>.</summary>
    public OperationResult? Result { get; init; }

    /// <summary>The refusal, if it failed because of the revision it requested.</summary>
    public RevisionRefusal? Refusal { get; init; }

    /// <summary>The error as text.</summary>
    public string? Error { get; init; }

    /// <summary>Whether the call is a compaction.</summary>
    public bool IsCompaction => Operation is null;

    /// <summary>Whether the call cannot change anything, whatever it finds.</summary>
    public bool IsRead => Operation is RangeOperation;

    /// <summary>Whether the call is a read that may see an old state.</summary>
    public bool IsSerializable =>
        Operation is RangeOperation { Options.Consistency: Consistency.Serializable };

    /// <inheritdoc />
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"client {Client} [{InvokedAt}..{(Outcome == CallOutcome.Unknown ? "" : ReturnedAt)}] {CallText.Of(this)}");
}
