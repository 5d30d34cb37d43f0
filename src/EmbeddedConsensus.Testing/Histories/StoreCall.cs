using System.Globalization;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>A call to a store, with what came of it.</summary>
public sealed record StoreCall
{
    /// <summary>Who called. Only told in explanations; callers in several processes should have numbers of their
    /// own.</summary>
    public required int Client { get; init; }

    /// <summary>To which life of which replica the call went, such as "2/7" for the seventh start of member 2. Empty
    /// when that is not known. Serializable reads of one session never go back.</summary>
    public string Session { get; init; } = "";

    /// <summary>When the call began, in ticks of a monotonic clock that all callers of the history share.</summary>
    public required long InvokedAt { get; init; }

    /// <summary>When it ended, by the same clock. Without meaning when the outcome is unknown.</summary>
    public long ReturnedAt { get; init; }

    /// <summary>What was asked for, made by the methods of <see cref="Op"/>; null for a compaction.</summary>
    public Operation? Operation { get; init; }

    /// <summary>The revision to compact to, when <see cref="Operation"/> is null.</summary>
    public long CompactRevision { get; init; }

    /// <summary>How it ended.</summary>
    public CallOutcome Outcome { get; init; }

    /// <summary>What it answered when it succeeded; null for a compaction. A <see cref="RangeResult"/> whose revision
    /// is 0 comes from a call that does not tell the store's revision, which is
    /// <see cref="IKeyValueStore.GetAsync"/>.</summary>
    public OperationResult? Result { get; init; }

    /// <summary>Why it was refused, when it failed because of the revision that it asked for.</summary>
    public RevisionRefusal? Refusal { get; init; }

    /// <summary>What went wrong, in words.</summary>
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
