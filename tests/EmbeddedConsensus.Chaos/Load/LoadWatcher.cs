using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>A watcher that runs until its round ends or its replica stops.</summary>
internal static class LoadWatcher
{
    /// <summary>The kinds of watchers: one of all keys, and one of some keys that includes previous values.</summary>
    public const int Kinds = 2;

    private const int FirstKeyOfPart = RoundKeys.Count / 2;

    /// <summary>Watches.</summary>
    /// <param name="store">The recording store.</param>
    /// <param name="number">Which watcher of the process, from 0.</param>
    /// <param name="startRevision">The first revision.</param>
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
            // The member's next process resumes where this one stopped.
            return;
        }
    }

    /// <summary>The number of the watcher that made a recording.</summary>
    public static int NumberOf(WatchRecording watch) => watch.Options.IncludePrevious ? 1 : 0;
}
