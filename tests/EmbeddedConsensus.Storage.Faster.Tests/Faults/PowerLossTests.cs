using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing;
using EmbeddedConsensus.Testing.Storage;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The power fails at every operation on the disk in turn; what was acknowledged must be there.</summary>
public sealed class PowerLossTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Scenario", "35")]
    [Trait("Scenario", "37")]
    public async Task Acknowledged_appends_survive_a_power_loss_at_every_operation(int seed)
    {
        for (int operation = 1; operation <= 60; operation += 1 + (seed % 3))
        {
            using var folder = new TemporaryFolder();
            await RunAsync(folder.Path, new Random((seed * 1000) + operation), operation);
        }
    }

    private static async Task RunAsync(string folder, Random random, int failAt)
    {
        var disk = new SimulatedSegmentFiles();
        LogModel acknowledged = new();
        LogModel attempted = new();
        ulong term = 1;
        for (int round = 0; round < 3; round++)
        {
            FasterStorage storage = TestLog.Open(folder, disk);
            StoredLog recovered = await storage.Log.RecoverAsync();
            Assert.False(recovered.MayLackTail);
            acknowledged = Choose(recovered, acknowledged, attempted);
            attempted = acknowledged.Clone();
            await acknowledged.CheckAsync(storage.Log);
            disk.FailAt(disk.Operations + failAt, shareWritten: random.NextDouble());
            try
            {
                while (true)
                {
                    term += (ulong)random.Next(2);
                    await StepAsync(storage, random, attempted, term);
                    acknowledged = attempted.Clone();
                }
            }
            catch (StorageException)
            {
                await storage.AbandonAsync();
                disk.LosePower(random);
            }
        }
    }

    /// <summary>The append under way when the power failed is there as a whole or not at all.</summary>
    private static LogModel Choose(StoredLog recovered, LogModel acknowledged, LogModel attempted)
    {
        try
        {
            acknowledged.Check(recovered);
            return acknowledged;
        }
        catch (ConformanceException)
        {
            attempted.Check(recovered);
            return attempted;
        }
    }

    private static async Task StepAsync(FasterStorage storage, Random random, LogModel model, ulong term)
    {
        ulong length = model.LastIndex - model.Start.Index;
        if (random.Next(8) == 0 && length > 0)
        {
            ulong index = model.Start.Index + 1 + (ulong)random.NextInt64((long)length);
            var through = new LogPosition(index, model[index].Term);
            model.DropPrefix(through);
            await storage.Log.DropPrefixAsync(through);
            return;
        }

        ulong first = random.Next(4) == 0 && length > 0
            ? model.Start.Index + 1 + (ulong)random.NextInt64((long)length)
            : model.LastIndex + 1;
        int bytes = random.Next(6) switch { 0 => 90_000, 1 => 20_000, _ => random.Next(300) };
        LogAppend[] writes = TestLog.Write(first, random.Next(1, 6), term, bytes);
        model.Append(writes);
        await storage.Log.AppendAsync(writes);
    }
}
