namespace EmbeddedConsensus;

/// <summary>The outcome of a transaction.</summary>
public sealed record TxnResult
{
    /// <summary>A result without responses; set the properties that a test needs.</summary>
    public TxnResult()
    {
    }

    internal TxnResult(bool succeeded, long revision, IReadOnlyList<OperationResult> responses)
    {
        Succeeded = succeeded;
        Revision = revision;
        Responses = responses;
    }

    /// <summary>Whether every condition held.</summary>
    public bool Succeeded { get; init; }

    /// <summary>The store's revision after the transaction; one that changes nothing makes no new revision.</summary>
    public long Revision { get; init; }

    /// <summary>The results of the operations of the list that ran, in order: of <see cref="Txn.Success"/> when the
    /// transaction succeeded, otherwise of <see cref="Txn.Failure"/>.</summary>
    public IReadOnlyList<OperationResult> Responses { get => field ?? []; init; }

    /// <summary>The key that a <see cref="Op.Get"/> read, or the first key of an <see cref="Op.Range"/>.</summary>
    /// <param name="index">The operation's position in the list that ran, from 0.</param>
    /// <returns>The key, or null when the read found none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The list that ran has no operation there.</exception>
    /// <exception cref="InvalidOperationException">The operation is no read.</exception>
    public KeyValue? GetKey(int index) => GetRange(index) is { Items: [KeyValue first, ..] } ? first : null;

    /// <summary>The result of a read.</summary>
    /// <inheritdoc cref="GetKey" path="/param|/exception"/>
    public RangeResult GetRange(int index) => Get<RangeOperationResult>(index).Result;

    /// <summary>The result of a put.</summary>
    /// <inheritdoc cref="GetKey" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">The list that ran has no operation there.</exception>
    /// <exception cref="InvalidOperationException">The operation is no put.</exception>
    public PutResult GetPut(int index) => Get<PutOperationResult>(index).Result;

    /// <summary>The result of a delete.</summary>
    /// <inheritdoc cref="GetKey" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">The list that ran has no operation there.</exception>
    /// <exception cref="InvalidOperationException">The operation is no delete.</exception>
    public DeleteResult GetDelete(int index) => Get<DeleteOperationResult>(index).Result;

    /// <summary>The result of an inner transaction.</summary>
    /// <inheritdoc cref="GetKey" path="/param"/>
    /// <exception cref="ArgumentOutOfRangeException">The list that ran has no operation there.</exception>
    /// <exception cref="InvalidOperationException">The operation is no transaction.</exception>
    public TxnResult GetTxn(int index) => Get<TxnOperationResult>(index).Result;

    private TResult Get<TResult>(int index) where TResult : OperationResult
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Responses.Count);
        return Responses[index] as TResult ?? throw new InvalidOperationException(
            $"Operation {index} of the list that ran answered with a {Responses[index].GetType().Name}, not with a "
            + $"{typeof(TResult).Name}.");
    }
}
