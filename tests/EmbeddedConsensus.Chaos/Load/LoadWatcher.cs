using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>A watcher that runs until the end of its round, or its replica's.</summary>
internal static class LoadWatcher
{
    /// <summary>How many kinds of watchers there are: one of all keys, and one of a part of them that sees what they
    /// held before.</summary>
    public const int Kinds = 2;

    private const int FirstKeyOfPart = RoundKeys.Count / 2;

    /// <summary>Watches.</summary>
    /// <param name="store">The store, which records.</param>
    /// <param name="number">Which watcher of the process, from 0.</param>
    /// <param name="startRevision">Where to start.</param>
    public static async Task RunAsync(IKeyValueStore store, int number, long startRevision)
    {
        bool isPart = number % Kinds == 1;
        KeyRange range = isPart ? KeyRange.From(RoundKeys.Of(FirstKeyOfPart)) : KeyRange.All;
        WatchOptions options = new() { StartRevision = startRevision, IncludePrevious = isPart };
        try
        {
            await foreach (WatchEvent next in store.WatchAsync(range, options))
            {
                if (next.KeyValue.Key == RoundKeys.End)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (
            exception is ReplicaFaultedException or StoreStoppedException or MemberRemovedException)
        {
            // The member's next process goes on where this one stopped.
            return;
        }
    }

    /// <summary>Which watcher made a recording.</summary>
    public static int NumberOf(WatchRecording watch) => watch.Options.IncludePrevious ? 1 : 0;
}
