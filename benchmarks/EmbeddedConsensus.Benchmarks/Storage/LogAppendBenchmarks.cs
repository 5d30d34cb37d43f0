using BenchmarkDotNet.Attributes;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Storage.Faster;

namespace EmbeddedConsensus.Benchmarks.Storage;

/// <summary>One durable append to the log on FASTER: the cost of a commit, and of a batch compared with one
/// entry.</summary>
[MemoryDiagnoser]
public class LogAppendBenchmarks
{
    private const int PayloadBytes = 256;

    private readonly LogAppend[] _writes = new LogAppend[1];
    private LogEntry[] _entries = [];
    private FasterStorage? _storage;
    private ulong _last;

    /// <summary>The entries in one append.</summary>
    [Params(1, 256)]
    public int Entries { get; set; }

    /// <summary>The directory; set TMPDIR to choose the disk.</summary>
    private string Folder { get; } = Path.Combine(Path.GetTempPath(), $"log-append-{Environment.ProcessId}");

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _entries = new LogEntry[Entries];
        _storage = FasterStorage.Open(new FasterStorageOptions { Directory = Folder });
        _last = (await _storage.Log.RecoverAsync()).LastIndex;
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _storage!.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    [Benchmark]
    public async Task AppendAsync()
    {
        for (int i = 0; i < _entries.Length; i++)
        {
            _entries[i] = new LogEntry(++_last, 1, LogEntryKind.Command, Payload);
        }

        _writes[0] = new LogAppend(_entries, default);
        await _storage!.Log.AppendAsync(_writes);
        if (_last % (1 << 18) < (ulong)Entries)
        {
            // As snapshots do; without it the log would grow throughout the benchmark.
            await _storage.Log.DropPrefixAsync(new LogPosition(_last, 1));
        }
    }

    private static byte[] Payload { get; } = new byte[PayloadBytes];
}
