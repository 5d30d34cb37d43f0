using System.Text.Json.Serialization;

namespace EmbeddedConsensus;

/// <summary>The result of one operation of a transaction: a <see cref="PutOperationResult"/>,
/// <see cref="RangeOperationResult"/>, <see cref="DeleteOperationResult"/> or <see cref="TxnOperationResult"/>.
/// </summary>
/// <remarks>Kinds may be added. <see cref="TxnResult.GetKey"/> and its siblings read a result of a known kind.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PutOperationResult), "put")]
[JsonDerivedType(typeof(RangeOperationResult), "range")]
[JsonDerivedType(typeof(DeleteOperationResult), "delete")]
[JsonDerivedType(typeof(TxnOperationResult), "txn")]
public abstract record OperationResult
{
    private protected OperationResult()
    {
    }
}
