using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>Where the watchers of a process resume: after the events that those of the member's previous process saw,
/// like an app that stores its position.</summary>
internal static class WatchResume
{
    /// <summary>Finds the revisions to start from.</summary>
    /// <param name="settings">The process.</param>
    /// <param name="request">The round.</param>
    /// <returns>One for each watcher.</returns>
    public static long[] Find(NodeSettings settings, NodeRequest.StartLoad request)
    {
        long[] next = new long[request.Watchers];
        Array.Fill(next, request.FirstRevision);
        for (int start = 1; start < settings.Start; start++)
        {
            string file = HistoryFile.Of(settings.HistoryFolder, request.Round, settings.Member, start);
            if (!File.Exists(file))
            {
                continue;
            }

            foreach (WatchRecording watch in HistoryFile.Read(file).Watches)
            {
                int number = LoadWatcher.NumberOf(watch);
                next[number] = Math.Max(next[number], NextOf(watch));
            }
        }

        return next;
    }

    /// <summary>The revision after the last one delivered in full.</summary>
    private static long NextOf(WatchRecording watch) => watch.Records
        .SelectMany(static record => record.Events)
        .Where(static one => one.EndsRevision)
        .Select(static one => one.Revision + 1)
        .DefaultIfEmpty(watch.Options.StartRevision)
        .Max();
}
