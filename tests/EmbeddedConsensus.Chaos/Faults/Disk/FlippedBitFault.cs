using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A bit flips in the log or the newest snapshot of a member. The member must refuse to start and name the
/// file, the offset and the remedy; the operator then applies it: a member with a new id and an empty disk takes its
/// place.</summary>
internal sealed class FlippedBitFault : MembershipFault
{
    private const int RecordFrameBytes = 56;
    private const int MinRecords = 8;
    private const int SnapshotVersionEnd = 12;
    private static readonly TimeSpan RecordsTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc />
    public override string Name => "flipped bit, member replaced";

    /// <inheritdoc />
    public override async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        await WaitForRecordsAsync(member);
        await member.KillAsync();
        (string File, long At) flipped = Flip(member, context.Random);
        context.Did("bits flipped", 1);
        NodeEvent.StartFailed? refusal = await context.Cluster.TryStartAsync(member);
        context.Note("a flipped bit stops the start with a remedy", Judge(member, refusal, flipped));
        await member.KillAsync();
        await ReplaceAsync(context, member);
    }

    /// <summary>Waits until the log has enough records to damage one. No fault has been injected yet.</summary>
    private static async Task WaitForRecordsAsync(ClusterMember member)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (FileWithRecords(member) is null)
        {
            if (waited.Elapsed > RecordsTimeout)
            {
                throw new TimeoutException(
                    $"No file of member {member.Id}'s log has {MinRecords} records: the load is too small for this "
                    + "fault.");
            }

            await Task.Delay(PollInterval);
        }
    }

    private static string? Judge(ClusterMember member, NodeEvent.StartFailed? refusal, (string File, long At) flipped)
    {
        string where = $"a bit flipped in {flipped.File} at {flipped.At}";
        if (refusal is null)
        {
            return $"Member {member.Id} started with {where}.";
        }

        // The damaged item starts a little before the bit.
        string offset = refusal.Offset.ToString(CultureInfo.InvariantCulture);
        bool isNamed = refusal.Type == nameof(StorageCorruptedException)
            && refusal.File == flipped.File
            && refusal.Offset <= flipped.At
            && refusal.Message.Contains(flipped.File, StringComparison.Ordinal)
            && refusal.Message.Contains($"offset {offset}", StringComparison.Ordinal)
            && refusal.Message.Contains(nameof(IClusterManager.ReplaceMemberAsync), StringComparison.Ordinal);
        return isNamed
            ? null
            : $"With {where} member {member.Id} said {refusal.Type} about {refusal.File} at {refusal.Offset}: "
                + refusal.Message;
    }

    private static (string File, long At) Flip(ClusterMember member, Random random)
    {
        (string file, int at) = PlaceInSnapshot(member, random) is { } place && random.Next(2) == 0
            ? place
            : PlaceInLog(member, random);
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = at;
        int old = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(old ^ (1 << random.Next(8))));
        return (file, at);
    }

    /// <summary>A byte of the newest snapshot after its format version (which has its own error), if there is a
    /// snapshot. The log before it is gone.</summary>
    private static (string File, int At)? PlaceInSnapshot(ClusterMember member, Random random) =>
        StorageFiles.SnapshotsOf(member) is [.., string newest]
            ? (newest, random.Next(SnapshotVersionEnd, (int)new FileInfo(newest).Length))
            : null;

    /// <summary>A byte in the header of a record that others follow, so that it was certainly durable.</summary>
    private static (string File, int At) PlaceInLog(ClusterMember member, Random random)
    {
        (string file, List<int> records) = FileWithRecords(member)
            ?? throw new InvalidOperationException($"The log of member {member.Id} has lost its records.");

        // If the first record of a file is gone, the break is at the end of the previous file.
        return (file, records[1 + random.Next(records.Count / 2)] + random.Next(RecordFrameBytes));
    }

    private static (string File, List<int> Records)? FileWithRecords(ClusterMember member)
    {
        foreach (string file in StorageFiles.LogOf(member).Reverse())
        {
            List<int> records = StorageFiles.RecordsOf(StorageFiles.Read(file));
            if (records.Count >= MinRecords)
            {
                return (file, records);
            }
        }

        return null;
    }
}
