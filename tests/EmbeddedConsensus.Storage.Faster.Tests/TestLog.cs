using System.Buffers.Binary;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>Opens logs and makes what goes into them.</summary>
internal static class TestLog
{
    public static FasterStorageOptions Options(string folder, Action<FasterStorageOptions>? configure = null)
    {
        var options = new FasterStorageOptions { Directory = folder };
        TestOptions.MakeSmall(options);
        configure?.Invoke(options);
        return options;
    }

    public static FasterStorage Open(string folder, Action<FasterStorageOptions>? configure = null) =>
        FasterStorage.Open(Options(folder, configure));

    public static FasterStorage Open(
        string folder, ISegmentFiles files, Action<FasterStorageOptions>? configure = null) =>
        FasterStorage.OpenOver(
            Options(folder, configure),
            real =>
            {
                real.Dispose();
                return files;
            });

    public static LogEntry Entry(ulong index, ulong term, int bytes)
    {
        byte[] data = new byte[bytes];
        new Random((int)((index * 31) + term)).NextBytes(data);
        return new LogEntry(index, term, LogEntryKind.Command, data);
    }

    /// <summary>A hard state: bytes that the storage does not read, as many as a replica's.</summary>
    public static byte[] HardState(ulong term, ulong commit)
    {
        byte[] state = new byte[49];
        BinaryPrimitives.WriteUInt64LittleEndian(state, term);
        BinaryPrimitives.WriteUInt64LittleEndian(state.AsSpan(8), commit);
        return state;
    }

    public static LogAppend[] Write(ulong first, int count = 1, ulong term = 1, int bytes = 100) =>
        [new LogAppend(
            Enumerable.Range(0, count).Select(i => Entry(first + (ulong)i, term, bytes)).ToArray(),
            HardState(term, first - 1))];

    /// <summary>Writes entries, one an append, and ends cleanly; or as a process that was killed, after or before it
    /// could note where the log ends.</summary>
    public static async Task FillAsync(
        string folder, int count, bool clean = false, int bytes = 100, Action<FasterStorageOptions>? configure = null,
        bool isEndNoted = false)
    {
        FasterStorage storage = Open(folder, configure);
        ulong last = (await storage.Log.RecoverAsync()).LastIndex;
        byte[] end = ReadAll(EndFile(folder));
        for (int i = 0; i < count; i++)
        {
            await storage.Log.AppendAsync(Write(++last, bytes: bytes));
        }

        if (isEndNoted)
        {
            await storage.Log.EndNotedAsync();
        }

        await (clean ? storage.DisposeAsync() : storage.AbandonAsync());
        if (!clean && !isEndNoted)
        {
            File.WriteAllBytes(EndFile(folder), end);
        }
    }

    /// <summary>The files of the log, in order.</summary>
    public static List<string> Segments(string folder) =>
        [.. Directory.EnumerateFiles(folder, "log.0*").Order(StringComparer.Ordinal)];

    public static string EndFile(string folder) => Path.Combine(folder, Files.StorageLayout.LogEnd);

    /// <summary>Waits until the end of an idle log is noted.</summary>
    public static async Task EndNotedAsync(this FasterLogStorage log)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!log.IsEndNoted)
        {
            await Task.Delay(5, limit.Token);
        }
    }

    /// <summary>Brings a part of a file back to the state in which nothing was written there.</summary>
    public static void Unwrite(string file, int offset, int length)
    {
        string folder = Path.GetDirectoryName(file)!;
        byte[] format = File.ReadAllBytes(Path.Combine(folder, Files.StorageLayout.Format));
        Assert.True(Files.StorageLayout.TryParseSegment(Path.GetFileName(file), out int segment));
        long start = segment * Options(folder).SegmentBytes;
        byte[] bytes = new byte[length];
        new UnwrittenPattern(BitConverter.ToUInt64(format, 12)).Fill(bytes, start + offset);
        Damage(file, offset, bytes);
    }

    /// <summary>Opens, recovers, checks every entry against what <see cref="Write"/> makes, and closes.</summary>
    public static async Task<StoredLog> RecoverAsync(string folder, ulong term = 1, int bytes = 100)
    {
        await using FasterStorage storage = Open(folder);
        StoredLog recovered = await storage.Log.RecoverAsync();
        if (recovered.LastIndex > recovered.Start.Index)
        {
            ReadOnlyMemory<LogEntry> entries =
                await storage.Log.ReadAsync(recovered.Start.Index + 1, recovered.LastIndex, long.MaxValue);
            for (int i = 0; i < entries.Length; i++)
            {
                LogEntry expected = Entry(recovered.Start.Index + 1 + (ulong)i, term, bytes);
                Assert.Equal(expected.Position, entries.Span[i].Position);
                Assert.True(expected.Data.Span.SequenceEqual(entries.Span[i].Data.Span));
            }
        }

        return recovered;
    }

    public static string Segment(string folder, int segment = 0) =>
        Path.Combine(folder, Files.StorageLayout.Segment(segment));

    public static string Snapshot(string folder, ulong index) =>
        Path.Combine(folder, Files.StorageLayout.Snapshot(index));

    /// <summary>Where each record of a file begins, by the magic of its frame.</summary>
    public static List<int> Records(string file)
    {
        byte[] bytes = ReadAll(file);
        List<int> records = [];
        for (int at = 0; at + 4 < bytes.Length; at += 4)
        {
            if (BitConverter.ToUInt32(bytes, at) == RecordHeader.Magic)
            {
                records.Add(at);
            }
        }

        return records;
    }

    /// <summary>Changes bytes of a file.</summary>
    public static void Damage(string file, int offset, params ReadOnlySpan<byte> bytes)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Position = offset;
        stream.Write(bytes);
    }

    /// <summary>Reads a file that may be open.</summary>
    public static byte[] ReadAll(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
