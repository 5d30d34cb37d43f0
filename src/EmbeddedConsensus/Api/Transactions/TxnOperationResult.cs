using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>The result of a transaction inside another one.</summary>
public sealed record TxnOperationResult : OperationResult
{
    /// <summary>A result to be set.</summary>
    public TxnOperationResult()
    {
    }

    [SetsRequiredMembers]
    internal TxnOperationResult(TxnResult result) => Result = result;

    /// <summary>The result, with the revision of the whole transaction.</summary>
    public required TxnResult Result { get; init; }
}
