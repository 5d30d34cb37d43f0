using System.Collections.Immutable;
using System.Globalization;

namespace EmbeddedConsensus.Commands;

/// <summary>Checks requests before they become commands, so that what stands in the log can always be
/// executed.</summary>
internal sealed class RequestValidator(int maxRequestBytes, int maxTxnOperations)
{
    private const int MaxTxnDepth = 16;

    /// <summary>Checks a key of a put.</summary>
    public static void CheckKey(Key key, string argument)
    {
        if (key.IsEmpty)
        {
            throw new InvalidRequestException(argument, "The key is empty. A key has at least one byte.");
        }
    }

    /// <summary>Checks a range of keys.</summary>
    public static void CheckRange(in KeyRange range, string argument)
    {
        if (range.Start.IsEmpty)
        {
            throw new InvalidRequestException(argument,
                "The range's first key is empty. For every key use KeyRange.All.");
        }
    }

    /// <summary>Checks the options of a range read.</summary>
    public static void CheckRangeOptions(RangeOptions options, string argument)
    {
        CheckRevision(options, argument);
        if (options.Limit < 0)
        {
            throw new InvalidRequestException(argument,
                $"The limit is {Text(options.Limit)}. Use 0 for no limit, or a positive number.");
        }

        if (!Enum.IsDefined(options.SortTarget) || !Enum.IsDefined(options.SortOrder))
        {
            throw new InvalidRequestException(argument, "The sort order or target is not one of its enum's values.");
        }
    }

    /// <summary>Checks the revision and the consistency of a read.</summary>
    public static void CheckRevision(ReadOptions options, string argument)
    {
        if (options.Revision < 0)
        {
            throw new InvalidRequestException(argument,
                $"The revision is {Text(options.Revision)}. Use 0 for the newest, or a positive number.");
        }

        if (!Enum.IsDefined(options.Consistency))
        {
            throw new InvalidRequestException(argument, "The consistency is not one of its enum's values.");
        }
    }

    /// <summary>Checks the size of an encoded command.</summary>
    public void CheckSize(long commandLength)
    {
        if (commandLength > maxRequestBytes)
        {
            throw new InvalidRequestException("request",
                $"The request has {Text(commandLength)} bytes, and the limit is {Text(maxRequestBytes)}. Split it, or "
                + $"raise {nameof(ConsensusStoreOptions)}.{nameof(ConsensusStoreOptions.MaxRequestBytes)} on every "
                + "member.");
        }
    }

    /// <summary>Checks a transaction: its keys, its size, and that no path puts a key twice or puts and deletes
    /// it.</summary>
    public void CheckTxn(Txn txn)
    {
        int operations = 0;
        CheckTxnTree(txn, 1, ref operations);
        _ = CollectWrites(txn);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void CheckTxnTree(Txn txn, int depth, ref int operations)
    {
        if (depth > MaxTxnDepth)
        {
            throw new InvalidRequestException("txn",
                $"Transactions are nested deeper than {MaxTxnDepth} levels. Nest less deep.");
        }

        if (txn.Conditions.Length > maxTxnOperations)
        {
            throw TooMany("conditions");
        }

        foreach (Compare condition in txn.Conditions)
        {
            if (condition is null)
            {
                throw new InvalidRequestException("txn", "A condition is null.");
            }

            CheckRange(condition.Range, "txn");
            if (!Enum.IsDefined(condition.Target) || !Enum.IsDefined(condition.Relation))
            {
                throw new InvalidRequestException("txn", "A condition's target or relation is not one of its enum's "
                    + "values.");
            }
        }

        CheckOperations(txn.Success, depth, ref operations);
        CheckOperations(txn.Failure, depth, ref operations);
    }

    private void CheckOperations(ImmutableArray<Operation> list, int depth, ref int operations)
    {
        if (list.Length > maxTxnOperations || (operations += list.Length) > 2 * maxTxnOperations)
        {
            throw TooMany("operations");
        }

        foreach (Operation operation in list)
        {
            switch (operation)
            {
                case PutOperation put:
                    CheckKey(put.Key, "txn");
                    break;
                case DeleteOperation delete:
                    CheckRange(delete.Range, "txn");
                    break;
                case RangeOperation { Options: not null } range:
                    CheckRange(range.Range, "txn");
                    CheckRangeOptions(range.Options, "txn");
                    break;
                case TxnOperation { Txn: not null } inner:
                    CheckTxnTree(inner.Txn, depth + 1, ref operations);
                    break;
                default:
                    throw new InvalidRequestException("txn", "An operation, its options or its inner transaction is "
                        + "null.");
            }
        }
    }

    private InvalidRequestException TooMany(string what) => new("txn",
        $"The transaction has too many {what}: a list may hold {Text(maxTxnOperations)}, inner transactions count. "
        + $"Split it, or raise {nameof(ConsensusStoreOptions)}.{nameof(ConsensusStoreOptions.MaxTxnOperations)} on "
        + "every member.");

    /// <summary>What a transaction may write on any of its paths; throws when one path writes a key twice.</summary>
    private static TxnWrites CollectWrites(Txn txn)
    {
        TxnWrites writes = CollectWrites(txn.Success);
        writes.AddAlternative(CollectWrites(txn.Failure));
        return writes;
    }

    private static TxnWrites CollectWrites(ImmutableArray<Operation> list)
    {
        TxnWrites writes = new();
        foreach (Operation operation in list)
        {
            switch (operation)
            {
                case PutOperation put:
                    writes.AddPut(put.Key);
                    break;
                case DeleteOperation delete:
                    writes.AddDelete(delete.Range);
                    break;
                case TxnOperation inner:
                    writes.AddInner(CollectWrites(inner.Txn));
                    break;
                default:
                    break;
            }
        }

        return writes;
    }
}
