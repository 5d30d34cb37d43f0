namespace EmbeddedConsensus.Commands;

/// <summary>How much of the limits on a transaction the operations checked so far have used, inner transactions
/// included.</summary>
/// <param name="limits">The limits.</param>
internal sealed class TxnScope(RequestValidator limits)
{
    /// <summary>How many transactions may be inside one another.</summary>
    public const int MaxDepth = 16;

    private int _depth;
    private int _operations;

    /// <summary>Enters a transaction.</summary>
    /// <exception cref="InvalidRequestException">It is nested too deep.</exception>
    public void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new InvalidRequestException("txn",
                $"Transactions are nested deeper than {MaxDepth} levels. Nest less deep.");
        }
    }

    /// <summary>Leaves a transaction.</summary>
    public void Leave() => _depth--;

    /// <summary>Counts the conditions of a transaction.</summary>
    /// <exception cref="InvalidRequestException">They are too many.</exception>
    public void AddConditions(int count)
    {
        if (count > limits.MaxTxnOperations)
        {
            throw TooMany("conditions");
        }
    }

    /// <summary>Counts a list of operations.</summary>
    /// <exception cref="InvalidRequestException">They are too many.</exception>
    public void AddOperations(int count)
    {
        if (count > limits.MaxTxnOperations || (_operations += count) > 2 * limits.MaxTxnOperations)
        {
            throw TooMany("operations");
        }
    }

    private InvalidRequestException TooMany(string what) => new("txn",
        $"The transaction has too many {what}: a list may hold {limits.MaxTxnOperations}, inner transactions count. "
        + $"Split it, or raise {nameof(ConsensusStoreOptions)}.{nameof(ConsensusStoreOptions.MaxTxnOperations)} on "
        + "every member.");
}
