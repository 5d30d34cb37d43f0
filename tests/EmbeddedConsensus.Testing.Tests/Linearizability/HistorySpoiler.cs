using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>Changes a history as a faulty store would.</summary>
internal static class HistorySpoiler
{
    /// <summary>Changes one thing in a history: a result, a time, an outcome.</summary>
    public static StoreHistory Spoil(StoreHistory history, Random random)
    {
        StoreCall[] calls = [.. history.Calls];
        int[] answered =
        [
            .. Enumerable.Range(0, calls.Length).Where(call => calls[call].Outcome == CallOutcome.Succeeded),
        ];
        if (answered.Length < 2)
        {
            return history;
        }

        int chosen = answered[random.Next(answered.Length)];
        StoreCall call = calls[chosen];
        calls[chosen] = random.Next(4) switch
        {
            // The reply was lost.
            0 when call.Operation is not RangeOperation => call with
            {
                Outcome = CallOutcome.Unknown,
                Result = null,
                ReturnedAt = 0,
            },
            // It happened at another time.
            1 => Moved(call, random.Next(-20, 20)),
            // The store replied from another state.
            2 when SameQuestion(calls, answered, chosen) is { } other => call with { Result = other.Result },
            _ => call with { Result = Changed(call.Result!, random) },
        };
        return history with { Calls = calls };
    }

    private static StoreCall Moved(StoreCall call, long by) => call with
    {
        InvokedAt = call.InvokedAt + by,
        ReturnedAt = call.ReturnedAt + by,
    };

    private static StoreCall? SameQuestion(StoreCall[] calls, int[] answered, int chosen) => answered
        .Where(other => other != chosen && calls[other].Operation is RangeOperation a
            && calls[chosen].Operation is RangeOperation b && a.Range == b.Range && a.Options == b.Options)
        .Select(other => calls[other])
        .FirstOrDefault();

    private static OperationResult Changed(OperationResult result, Random random)
    {
        int by = random.Next(2) == 0 ? 1 : -1;
        return result switch
        {
            PutOperationResult { Result: var put } => new PutOperationResult(
                random.Next(2) == 0 && put.Previous is not null
                    ? put with { Previous = Changed(put.Previous, by) }
                    : put with { Revision = Math.Max(2, put.Revision + by) }),
            RangeOperationResult { Result: var range } => new RangeOperationResult(
                range.Items is [var item, ..] && random.Next(2) == 0
                    ? range with { Items = [Changed(item, by), .. range.Items.Skip(1)] }
                    : range with { Revision = range.Revision == 0 ? 0 : Math.Max(1, range.Revision + by) }),
            DeleteOperationResult { Result: var delete } => new DeleteOperationResult(
                delete.Deleted == 0
                    ? delete with { Deleted = 1, Revision = delete.Revision + 1 }
                    : delete with { Revision = Math.Max(2, delete.Revision + by) }),
            TxnOperationResult { Result: var txn } => new TxnOperationResult(
                txn with { Revision = Math.Max(1, txn.Revision + by) }),
            _ => throw new ArgumentException($"A result of an unknown kind: {result}.", nameof(result)),
        };
    }

    private static KeyValue Changed(KeyValue item, int by) => by > 0
        ? item with { Value = "never written" }
        : item with { Version = item.Version + 1 };
}
