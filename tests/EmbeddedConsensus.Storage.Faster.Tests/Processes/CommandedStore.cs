namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The store of a child process, which does what the lines of its input say and answers each by a
/// line.</summary>
internal sealed class CommandedStore(string folder)
{
    private readonly List<FileStream> _files = [];
    private FasterStorage? _storage;
    private ulong _last;

    /// <summary>Executes commands to the end of the input: "open", "append", which writes an entry of 30 KB, and
    /// "exhaust", which opens files until the process may open no more.</summary>
    public static async Task RunAsync(string folder)
    {
        // Whatever the runtime opens for this, it opens before there are no more files to open.
        string rehearsal = Directory.CreateTempSubdirectory("embedded-consensus-").FullName;
        await File.WriteAllTextAsync(Path.Combine(rehearsal, "file"), "");
        CommandedStore refused = new(Path.Combine(rehearsal, "file"));
        await refused.ExecuteAsync("open");
        CommandedStore first = new(Path.Combine(rehearsal, "member"));
        await first.ExecuteAsync("open");
        await first.ExecuteAsync("append");
        await first._storage!.DisposeAsync();
        Directory.Delete(rehearsal, recursive: true);

        CommandedStore store = new(folder);
        while (await Console.In.ReadLineAsync() is { } command)
        {
            await Console.Out.WriteLineAsync(await store.ExecuteAsync(command));
        }
    }

    private async Task<string> ExecuteAsync(string command)
    {
        try
        {
            switch (command)
            {
                case "open":
                    _storage = TestLog.Open(folder);
                    _last = (await _storage.Log.RecoverAsync()).LastIndex;
                    break;
                case "append":
                    await _storage!.Log.AppendAsync(TestLog.Write(_last + 1, bytes: 30_000));
                    _last++;
                    break;
                default:
                    Exhaust();
                    break;
            }

            return $"{_last}";
        }
        catch (StorageException exception)
        {
            return $"{exception.GetType().Name} {exception.Cause}: {exception.Message}";
        }
    }

    private void Exhaust()
    {
        try
        {
            while (true)
            {
                _files.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            }
        }
        catch (IOException)
        {
            // No file is left.
        }
    }
}
