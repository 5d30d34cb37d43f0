using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>The result of a delete in a transaction.</summary>
public sealed record DeleteOperationResult : OperationResult
{
    /// <summary>A result to be set.</summary>
    public DeleteOperationResult()
    {
    }

    [SetsRequiredMembers]
    internal DeleteOperationResult(DeleteResult result) => Result = result;

    /// <summary>The result, with the revision of the whole transaction.</summary>
    public required DeleteResult Result { get; init; }
}
