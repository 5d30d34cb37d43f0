using System.Globalization;
using EmbeddedConsensus.Raft;
using Xunit.Runner.InProc.SystemConsole;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Runs the tests, or is the process that the tests start beside themselves, to share a folder with it and to
/// kill it.</summary>
internal static class Program
{
    /// <param name="args">"keep" and a folder to make as <see cref="KeptFolder"/> says; "append", a folder, and how
    /// many entries to append before waiting to be killed; "command" and a folder to open, to be told by lines what to
    /// do; or what the test runner understands.</param>
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["keep", string folder]:
                await KeptFolder.WriteAsync(folder);
                return 0;
            case ["append", string folder, string count]:
                await AppendAsync(folder, ulong.Parse(count, CultureInfo.InvariantCulture));
                return 0;
            case ["command", string folder]:
                await CommandedStore.RunAsync(folder);
                return 0;
            default:
                return await ConsoleRunner.Run(args);
        }
    }

    /// <summary>Opens a folder, appends entries and prints the index of each when it is acknowledged. When it is told
    /// to end, it publishes a snapshot.</summary>
    private static async Task AppendAsync(string folder, ulong count)
    {
        FasterStorage storage = TestLog.Open(folder);
        ulong last = (await storage.Log.RecoverAsync()).LastIndex;
        await Console.Out.WriteLineAsync($"open {last}");
        for (ulong i = 0; i < count; i++)
        {
            await storage.Log.AppendAsync(TestLog.Write(++last));
            await Console.Out.WriteLineAsync($"{last}");
        }

        await Console.In.ReadLineAsync();
        await using ISnapshotWriter writer = await storage.Snapshots.CreateAsync(
            new SnapshotDescriptor(new LogPosition(last, 1), default));
        await writer.PublishAsync();
    }
}
