using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>The result of a put in a transaction.</summary>
public sealed record PutOperationResult : OperationResult
{
    /// <summary>A result to be set.</summary>
    public PutOperationResult()
    {
    }

    [SetsRequiredMembers]
    internal PutOperationResult(PutResult result) => Result = result;

    /// <summary>The result, with the revision of the whole transaction.</summary>
    public required PutResult Result { get; init; }
}
