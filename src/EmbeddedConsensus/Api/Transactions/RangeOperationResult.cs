using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>The result of a read in a transaction.</summary>
public sealed record RangeOperationResult : OperationResult
{
    /// <summary>A result to be set.</summary>
    public RangeOperationResult()
    {
    }

    [SetsRequiredMembers]
    internal RangeOperationResult(RangeResult result) => Result = result;

    /// <summary>The result, with the revision of the whole transaction.</summary>
    public required RangeResult Result { get; init; }
}
