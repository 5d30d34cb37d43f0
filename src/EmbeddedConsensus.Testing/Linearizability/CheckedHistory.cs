using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A history, prepared for the check of revisions.</summary>
internal sealed class CheckedHistory
{
    private CheckedHistory(StoreHistory history, CheckedCall[] calls, KeyTable keys)
    {
        History = history;
        Calls = calls;
        Keys = keys;
        LastRevision = Newest(history, calls);
    }

    /// <summary>What was recorded.</summary>
    public StoreHistory History { get; }

    /// <summary>The calls that matter.</summary>
    public CheckedCall[] Calls { get; }

    /// <summary>The keys.</summary>
    public KeyTable Keys { get; }

    /// <summary>The newest revision that anything in the history states.</summary>
    public long LastRevision { get; }

    /// <summary>Prepares a history.</summary>
    public static CheckedHistory Of(StoreHistory history) => new(
        history,
        [.. history.Calls.Select(CheckedCall.Of).OfType<CheckedCall>()],
        KeyTable.Of(history));

    private static long Newest(StoreHistory history, CheckedCall[] calls)
    {
        long newest = history.InitialRevision;
        foreach (CheckedCall call in calls)
        {
            newest = Math.Max(newest, call.Revision);
            if (call.Call is { Outcome: CallOutcome.Succeeded, Operation: RangeOperation read })
            {
                newest = Math.Max(newest, read.Options.Revision);
            }

            if (call is { Kind: CallKind.Get, Call.Result: RangeOperationResult { Result.Items: [var item] } })
            {
                newest = Math.Max(newest, item.ModRevision);
            }
        }

        foreach (WatchRecord record in history.Watches.SelectMany(watch => watch.Records))
        {
            newest = Math.Max(newest, record.Bookmark);
            newest = Math.Max(newest, record.Events is [.., var last] ? last.Revision : 0);
        }

        return newest;
    }
}
