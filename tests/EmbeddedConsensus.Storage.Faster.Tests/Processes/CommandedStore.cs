namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The store of a child process, which does what the lines of its input say and answers each by a
/// line.</summary>
internal sealed class CommandedStore(string folder)
{
    private FasterStorage? _storage;
    private ulong _last;

    /// <summary>Executes commands to the end of the input: "open" and "append", which writes an entry of 30 KB.
    /// </summary>
    public static async Task RunAsync(string folder)
    {
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
                    throw new ArgumentException($"Unknown command {command}.", nameof(command));
            }

            return $"{_last}";
        }
        catch (StorageException exception)
        {
            return $"{exception.GetType().Name} {exception.Cause}: {exception.Message}";
        }
    }
}
