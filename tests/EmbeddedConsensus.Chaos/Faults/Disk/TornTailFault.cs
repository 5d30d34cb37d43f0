using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>A member is killed, and the end of its log shows what an interrupted write leaves: part of a record,
/// garbage, or a file that is shorter than before. Acknowledged records are not touched, so the member must start and
/// must lose nothing.</summary>
internal sealed class TornTailFault : IFault
{
    private const int MaxGarbageBytes = 4_000;

    // FASTER's own header of four or eight bytes may follow a record that ends in zeros.
    private const int MarginBytes = 16;

    /// <inheritdoc />
    public string Name => "torn log tail";

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public async Task RunAsync(FaultContext context)
    {
        ClusterMember member = context.LeaderOrAny();
        await member.KillAsync();
        if (StorageFiles.LogOf(member) is [.., string newest])
        {
            Tear(newest, context.Random);
            context.Did("log tails torn", 1);
        }

        await context.Cluster.StartAsync(member);
    }

    private static void Tear(string file, Random random)
    {
        byte[] bytes = File.ReadAllBytes(file);
        int end = StorageFiles.EndOf(bytes) + MarginBytes;
        using FileStream stream = new(file, FileMode.Open, FileAccess.Write);
        switch (random.Next(3))
        {
            case 0:
                stream.SetLength(Math.Min(bytes.Length, end + random.Next(MaxGarbageBytes)));
                break;
            case 1:
                stream.Position = end;
                stream.Write(Garbage(random));
                break;
            default:
                stream.Position = end;
                stream.Write(PartOfRecord(bytes, random));
                break;
        }
    }

    private static byte[] Garbage(Random random)
    {
        byte[] garbage = new byte[1 + random.Next(MaxGarbageBytes)];
        random.NextBytes(garbage);
        return garbage;
    }

    /// <summary>The beginning of a record that is already in the log, with its header intact.</summary>
    private static ReadOnlySpan<byte> PartOfRecord(byte[] bytes, Random random)
    {
        List<int> records = StorageFiles.RecordsOf(bytes);
        int start = records.Count > 0 ? records[random.Next(records.Count)] : 0;
        return bytes.AsSpan(start, Math.Min(bytes.Length - start, 1 + random.Next(MaxGarbageBytes)));
    }
}
