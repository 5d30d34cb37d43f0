using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>The disk under the log as a member's process has it. What is written stays within the process until it is
/// flushed, so that a kill loses what a power cut would lose; and flushes may take long, or never end.</summary>
internal sealed class NodeDisk
{
    private readonly object _gate = new();
    private int _delayMs;
    private bool _hangs;
    private bool _losesFlush;

    /// <summary>Makes every flush wait.</summary>
    /// <param name="delayMs">How long, in milliseconds; 0 for a disk as fast as it is.</param>
    public void Slow(int delayMs)
    {
        lock (_gate)
        {
            _delayMs = delayMs;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Lets no flush end any more, as long as the process lives.</summary>
    public void Hang()
    {
        lock (_gate)
        {
            _hangs = true;
        }
    }

    /// <summary>Lets the next flush fail. What it was about is gone, and flushes after it succeed: a system that could
    /// not write its pages says so once and forgets them.</summary>
    public void LoseFlush()
    {
        lock (_gate)
        {
            _losesFlush = true;
        }
    }

    /// <summary>Files on this disk.</summary>
    /// <param name="files">Where they really are.</param>
    public ISegmentFiles Wrap(ISegmentFiles files) => new CachedFiles(this, files);

    /// <summary>Waits as long as a flush takes.</summary>
    /// <returns>Whether the flush succeeds.</returns>
    private bool Wait()
    {
        lock (_gate)
        {
            while (_hangs)
            {
                Monitor.Wait(_gate);
            }

            if (_delayMs > 0)
            {
                // A disk that changes its pace begins at once.
                Monitor.Wait(_gate, _delayMs);
            }

            bool isLost = _losesFlush;
            _losesFlush = false;
            return !isLost;
        }
    }

    private sealed class CachedFiles(NodeDisk disk, ISegmentFiles files) : ISegmentFiles
    {
        private readonly Lock _access = new();
        private readonly Dictionary<int, List<Unflushed>> _unflushed = [];

        public IReadOnlyList<int> List() => files.List();

        public string Name(int segment) => files.Name(segment);

        public int Read(int segment, long offset, Span<byte> destination)
        {
            lock (_access)
            {
                int count = files.Read(segment, offset, destination);
                destination[count..].Clear();
                foreach (Unflushed write in _unflushed.GetValueOrDefault(segment) ?? [])
                {
                    count = Math.Max(count, write.CopyTo(offset, destination));
                }

                return count;
            }
        }

        public void Write(int segment, long offset, ReadOnlySpan<byte> data)
        {
            lock (_access)
            {
                if (!_unflushed.TryGetValue(segment, out List<Unflushed>? writes))
                {
                    _unflushed.Add(segment, writes = []);
                }

                writes.Add(new Unflushed(offset, data.ToArray()));
            }
        }

        public void Flush(int segment)
        {
            bool succeeds = disk.Wait();
            lock (_access)
            {
                if (_unflushed.Remove(segment, out List<Unflushed>? writes) && succeeds)
                {
                    writes.ForEach(write => files.Write(segment, write.Offset, write.Data));
                }
            }

            if (!succeeds)
            {
                throw new IOException($"The flush of {files.Name(segment)} failed.");
            }

            files.Flush(segment);
        }

        public void Delete(int segment)
        {
            lock (_access)
            {
                _unflushed.Remove(segment);
                files.Delete(segment);
            }
        }

        public void Prepare(int segment, long tail) => files.Prepare(segment, tail);

        public void FlushNames() => files.FlushNames();

        public void Dispose() => files.Dispose();
    }

    private sealed record Unflushed(long Offset, byte[] Data)
    {
        /// <summary>Copies what lies within a span of the file.</summary>
        /// <returns>How far into the span the write reaches.</returns>
        public int CopyTo(long start, Span<byte> destination)
        {
            long first = Math.Max(start, Offset);
            long end = Math.Min(start + destination.Length, Offset + Data.Length);
            if (first >= end)
            {
                return 0;
            }

            Data.AsSpan((int)(first - Offset), (int)(end - first)).CopyTo(destination[(int)(first - start)..]);
            return (int)(end - start);
        }
    }
}
