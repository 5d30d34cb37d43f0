using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>The events of a round in one member's history, read after the round.</summary>
internal static class EventLogFile
{
    /// <summary>Writes the events of a watch to a file.</summary>
    /// <param name="store">The member's store.</param>
    /// <param name="request">The events, and the file.</param>
    /// <param name="cancellationToken">Ends the wait for an event.</param>
    public static async Task WriteAsync(
        IKeyValueStore store, NodeRequest.DumpEvents request, CancellationToken cancellationToken)
    {
        await using FileStream file = new(request.File, FileMode.Create, FileAccess.Write);
        RecordingStore recorded = new(store, new HistoryRecorder(file), client: 0);
        WatchOptions options = new() { StartRevision = request.FirstRevision };
        await foreach (WatchEvent next in recorded.WatchAsync(KeyRange.All, options, cancellationToken))
        {
            if (next.Revision == request.LastRevision && next.EndsRevision)
            {
                return;
            }
        }
    }
}
