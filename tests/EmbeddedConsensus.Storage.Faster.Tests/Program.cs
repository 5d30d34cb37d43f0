using System.Globalization;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The process that the tests start beside themselves, to share a folder with it and to kill it.</summary>
internal static class Program
{
    /// <summary>Opens a folder, appends entries and prints the index of each when it is acknowledged. When it is told
    /// to end, it publishes a snapshot.</summary>
    /// <param name="args">"keep" and a folder to make as <see cref="KeptFolder"/> says; or the folder, and how many
    /// entries to append before waiting to be killed.</param>
    public static async Task<int> Main(string[] args)
    {
        if (args is ["keep", string kept])
        {
            await KeptFolder.WriteAsync(kept);
            return 0;
        }

        FasterStorage storage = TestLog.Open(args[0]);
        ulong last = (await storage.Log.RecoverAsync()).LastIndex;
        await Console.Out.WriteLineAsync($"open {last}");
        ulong count = ulong.Parse(args[1], CultureInfo.InvariantCulture);
        for (ulong i = 0; i < count; i++)
        {
            await storage.Log.AppendAsync(TestLog.Write(++last));
            await Console.Out.WriteLineAsync($"{last}");
        }

        await Console.In.ReadLineAsync();
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(last, 1), default));
        await writer.PublishAsync();
        return 0;
    }
}
