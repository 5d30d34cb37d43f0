using System.Globalization;
using EmbeddedConsensus.Chaos.Load;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>The end of a round: the cluster is healed, every call must end, every member must write again, and all must
/// hold the same data.</summary>
/// <param name="cluster">The healed cluster.</param>
/// <param name="checks">Receives the results.</param>
/// <param name="round">The round.</param>
internal sealed class RoundClosing(ChaosCluster cluster, CheckBook checks, int round)
{
    private const long MaxMemoryBytes = 512L << 20;
    private const int HashAttempts = 20;

    // Generous, because the machine may be busy with other work.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HashInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Closes the round.</summary>
    /// <param name="firstRevision">The first revision of the round.</param>
    /// <returns>The last revision of the round.</returns>
    public async Task<long> RunAsync(long firstRevision)
    {
        await CheckAllAsync("every call ends", new NodeRequest.StopCallers());
        await CheckAllAsync("every member writes again after healing", new NodeRequest.Probe());
        NodeEvent.Reply end = await ChaosCluster.TryAskAsync(
            cluster.Members[round % cluster.Members.Count], new NodeRequest.EndRound(), Bound);
        if (end.Error is { } error)
        {
            checks.Note(round, "the round ends", error);
            return 0;
        }

        await CheckAllAsync("every member applies the committed log", new NodeRequest.Settle(end.Revision));
        await CheckAllAsync("every member reads again after healing", new NodeRequest.ReadAll());
        await CheckAllAsync("every watch reaches the end of its round", new NodeRequest.EndWatches());
        checks.Note(round, "equal hashes on every member at one revision", await CompareHashesAsync(end.Revision));
        foreach (ClusterMember member in cluster.Members)
        {
            string file = HistoryFile.EventsOf(cluster.Folders.Histories, round, member.Id.Value);
            NodeEvent.Reply dumped = await ChaosCluster.TryAskAsync(
                member, new NodeRequest.DumpEvents(file, firstRevision, end.Revision), Bound);
            checks.Note(round, "the history of the round can be watched afterwards", dumped.Error);
            checks.Note(round, "memory is bounded", CheckMemory(member));
        }

        return end.Revision;
    }

    private static string? CheckMemory(ClusterMember member) =>
        member.Process?.MemoryBytes is { } bytes and > MaxMemoryBytes
            ? string.Create(CultureInfo.InvariantCulture, $"Member {member.Id} holds {bytes >> 20} MiB.")
            : null;

    private async Task CheckAllAsync(string name, NodeRequest request)
    {
        NodeEvent.Reply[] replies = await cluster.AskAllAsync(request, Bound);
        for (int i = 0; i < replies.Length; i++)
        {
            checks.Note(
                round, name, replies[i].Error is { } error ? $"Member {cluster.Members[i].Id}: {error}" : null);
        }
    }

    /// <summary>Compares the hashes. They are comparable only between members with the same compact revision, which a
    /// lagging member reaches a little later.</summary>
    private async Task<string?> CompareHashesAsync(long revision)
    {
        NodeEvent.Reply[] replies = [];
        for (int attempt = 0; attempt < HashAttempts; attempt++)
        {
            replies = await cluster.AskAllAsync(new NodeRequest.Hash(revision), Bound);
            if (replies.All(static reply => reply.Error is null)
                && replies.DistinctBy(static reply => reply.CompactRevision).Count() == 1)
            {
                break;
            }

            await Task.Delay(HashInterval);
        }

        return replies.DistinctBy(static reply => (reply.Error, reply.Hash, reply.CompactRevision)).Count() == 1
            && replies[0].Error is null
            ? null
            : string.Join(Environment.NewLine, replies.Select((reply, i) =>
                $"Member {cluster.Members[i].Id}: {Describe(reply)}"));
    }

    private static string Describe(NodeEvent.Reply reply) => reply.Error ?? string.Create(
        CultureInfo.InvariantCulture, $"{reply.Hash:x8}, compacted to {reply.CompactRevision}");
}
