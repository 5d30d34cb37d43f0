using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A bit rots in the middle of a member's log. The member must refuse to start, and must name the file and the
/// place; then its folder is restored as it was.</summary>
internal sealed class FlippedBitFault : IFault
{
    private const int RecordFrameBytes = 56;
    private const int MinRecords = 8;

    /// <inheritdoc />
    public string Name => "flipped bit";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.AnyMember();
        await member.KillAsync();
        string copy = context.Cluster.Folders.CopyOf(member.Id);
        member.Disk.Save(copy);
        (string File, long At) flipped = Flip(member, context.Random);
        NodeEvent.StartFailed? refusal = await context.Cluster.TryStartAsync(member);
        context.Note("a flipped bit in the log stops the start", Judge(member, refusal, flipped));
        await member.KillAsync();
        member.Disk.Restore(copy);
        await context.Cluster.StartAsync(member);
    }

    private static string? Judge(ClusterMember member, NodeEvent.StartFailed? refusal, (string File, long At) flipped)
    {
        string where = $"a bit flipped in {flipped.File} at {flipped.At}";
        if (refusal is null)
        {
            return $"Member {member.Id} started with {where}.";
        }

        // The record that the bit is in begins a little before it.
        bool isNamed = refusal.Type == nameof(StorageCorruptedException)
            && refusal.File == flipped.File
            && refusal.Offset <= flipped.At
            && refusal.Message.Contains(flipped.File, StringComparison.Ordinal);
        return isNamed
            ? null
            : $"With {where} member {member.Id} said {refusal.Type} about {refusal.File} at {refusal.Offset}: "
                + refusal.Message;
    }

    /// <summary>Flips a bit of a record that others follow, so that it had been durable for certain.</summary>
    private static (string File, long At) Flip(ClusterMember member, Random random)
    {
        foreach (string file in LogFiles.Of(member).Reverse())
        {
            byte[] bytes = File.ReadAllBytes(file);
            List<int> records = LogFiles.RecordsOf(bytes);
            if (records.Count >= MinRecords)
            {
                // Where the first record of a file is gone, the break is at the end of the file before.
                int at = records[1 + random.Next(records.Count / 2)] + random.Next(RecordFrameBytes);
                using FileStream stream = new(file, FileMode.Open, FileAccess.Write);
                stream.Position = at;
                stream.WriteByte((byte)(bytes[at] ^ (1 << random.Next(8))));
                return (file, at);
            }
        }

        throw new InvalidOperationException(
            $"No file of member {member.Id}'s log has {MinRecords} records: the load is too small for this fault.");
    }
}
