using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>
/// The files of a log on a disk with a volatile cache: what was not flushed is lost, wholly or in sectors, when the
/// power fails. It can fail or hang at any operation. It outlives the storages that use it.
/// </summary>
internal sealed class SimulatedSegmentFiles : ISegmentFiles
{
    private const int SectorBytes = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, byte[]> _durable = [];
    private readonly List<(int Segment, long Offset, byte[] Data)> _unflushed = [];
    private readonly Dictionary<int, byte[]> _deleted = [];

    // What reads see of a file one of whose flushes was lost, if it is not what the disk holds.
    private readonly Dictionary<int, byte[]> _cached = [];
    private readonly ManualResetEventSlim _released = new(initialState: true);
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _failAt = long.MaxValue;
    private Exception _failure = new IOException("The simulated disk failed.");
    private double _shareWrittenOnFailure;
    private bool _losesNextFlush;
    private bool _keepsInCache;

    /// <summary>The writes, flushes and deletions so far.</summary>
    public long Operations { get; private set; }

    /// <summary>The flushes so far.</summary>
    public long Flushes { get; private set; }

    /// <summary>The lowest place that was written since <see cref="ForgetWrites"/>; null when there was none.</summary>
    public (int Segment, long Offset)? FirstWrite { get; private set; }

    /// <summary>Begins anew to look for the first write.</summary>
    public void ForgetWrites() => FirstWrite = null;

    /// <summary>Makes an operation, and all later ones, fail.</summary>
    /// <param name="operation">Its number, from one.</param>
    /// <param name="failure">What it fails with.</param>
    /// <param name="shareWritten">If it is a write: how much of it is written before, in whole sectors.</param>
    public void FailAt(long operation, Exception? failure = null, double shareWritten = 0)
    {
        _failAt = operation;
        _failure = failure ?? _failure;
        _shareWrittenOnFailure = shareWritten;
    }

    /// <summary>Makes the next flush fail and lose its data. Later ones succeed, as on systems that mark a page as
    /// clean when writing it has failed.</summary>
    /// <param name="keepsInCache">Whether reads still see the lost data until the power fails.</param>
    public void LoseNextFlush(bool keepsInCache = false) => (_losesNextFlush, _keepsInCache) = (true, keepsInCache);

    /// <summary>Completes when a flush hangs for the first time.</summary>
    public Task Hanging => _hanging.Task;

    /// <summary>Makes every flush hang until <see cref="Release"/>.</summary>
    public void Hang() => _released.Reset();

    /// <summary>Lets flushes proceed.</summary>
    public void Release() => _released.Set();

    /// <summary>Fails the power: each sector that was not flushed is there or not; so are deleted files.</summary>
    /// <param name="random">Decides.</param>
    public void LosePower(Random random)
    {
        lock (_gate)
        {
            double share = random.NextDouble();
            foreach ((int segment, long offset, byte[] data) in _unflushed)
            {
                for (int at = 0; at < data.Length; at += SectorBytes)
                {
                    if (random.NextDouble() < share)
                    {
                        Store(_durable, segment, offset + at, data.AsSpan(at, Math.Min(SectorBytes, data.Length - at)));
                    }
                }
            }

            _unflushed.Clear();
            _cached.Clear();
            foreach ((int segment, byte[] data) in _deleted)
            {
                if (random.Next(2) == 0)
                {
                    _durable.TryAdd(segment, data);
                }
            }

            _deleted.Clear();
            _failAt = long.MaxValue;
        }
    }

    public IReadOnlyList<int> List()
    {
        lock (_gate)
        {
            return
            [
                .. _durable.Keys.Union(_unflushed.Select(write => write.Segment)).Union(_cached.Keys).Order(),
            ];
        }
    }

    public string Name(int segment) => $"/simulated/log.{segment}";

    public long Length(int segment)
    {
        lock (_gate)
        {
            return View(segment).Length;
        }
    }

    public int Read(int segment, long offset, Span<byte> destination)
    {
        lock (_gate)
        {
            byte[] file = View(segment);
            int count = (int)Math.Clamp(file.Length - offset, 0, destination.Length);
            file.AsSpan((int)Math.Min(offset, file.Length), count).CopyTo(destination);
            return count;
        }
    }

    public void Write(int segment, long offset, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            FirstWrite = FirstWrite is { } first && first.CompareTo((segment, offset)) <= 0
                ? first
                : (segment, offset);
            if (++Operations >= _failAt)
            {
                int written = Operations == _failAt
                    ? (int)(data.Length * _shareWrittenOnFailure) / SectorBytes * SectorBytes
                    : 0;
                _unflushed.Add((segment, offset, data[..written].ToArray()));
                throw _failure;
            }

            _unflushed.Add((segment, offset, data.ToArray()));
            if (_cached.ContainsKey(segment))
            {
                Store(_cached, segment, offset, data);
            }
        }
    }

    public void Flush(int segment)
    {
        if (!_released.IsSet)
        {
            _hanging.TrySetResult();
            _released.Wait();
        }

        lock (_gate)
        {
            Flushes++;
            ThrowIfFailed();
            if (_losesNextFlush)
            {
                _losesNextFlush = false;
                if (_keepsInCache)
                {
                    _cached[segment] = View(segment);
                }

                _unflushed.RemoveAll(write => write.Segment == segment);
                throw _failure;
            }

            foreach ((int written, long offset, byte[] data) in _unflushed)
            {
                if (written == segment)
                {
                    Store(_durable, segment, offset, data);
                }
            }

            _unflushed.RemoveAll(write => write.Segment == segment);
        }
    }

    public void Delete(int segment)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            _unflushed.RemoveAll(write => write.Segment == segment);
            _cached.Remove(segment);
            if (_durable.Remove(segment, out byte[]? data))
            {
                _deleted[segment] = data;
            }
        }
    }

    public void FlushNames()
    {
        lock (_gate)
        {
            ThrowIfFailed();
            _deleted.Clear();
        }
    }

    public void Dispose()
    {
    }

    private void ThrowIfFailed()
    {
        if (++Operations >= _failAt)
        {
            throw _failure;
        }
    }

    /// <summary>What reads see of a file.</summary>
    private byte[] View(int segment)
    {
        if (_cached.TryGetValue(segment, out byte[]? cached))
        {
            return cached;
        }

        byte[] file = [.. _durable.GetValueOrDefault(segment, [])];
        foreach ((int written, long at, byte[] data) in _unflushed)
        {
            if (written == segment)
            {
                Array.Resize(ref file, Math.Max(file.Length, (int)at + data.Length));
                data.CopyTo(file, at);
            }
        }

        return file;
    }

    private static void Store(Dictionary<int, byte[]> files, int segment, long offset, ReadOnlySpan<byte> data)
    {
        byte[] file = files.GetValueOrDefault(segment, []);
        Array.Resize(ref file, Math.Max(file.Length, (int)offset + data.Length));
        data.CopyTo(file.AsSpan((int)offset));
        files[segment] = file;
    }
}
