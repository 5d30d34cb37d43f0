namespace EmbeddedConsensus.Aot;

/// <summary>Follows a key's history.</summary>
internal static class Watching
{
    /// <summary>Counts the events of a key from its beginning up to a revision.</summary>
    public static async Task<long> CountAsync(
        IKeyValueStore store, Key key, long lastRevision, CancellationToken cancellationToken)
    {
        long count = 0;
        WatchOptions fromTheBeginning = new() { StartRevision = 1 };
        await foreach (WatchEvent change in store.WatchAsync(KeyRange.Single(key), fromTheBeginning, cancellationToken))
        {
            count++;
            if (change.Revision >= lastRevision)
            {
                break;
            }
        }

        return count;
    }
}
