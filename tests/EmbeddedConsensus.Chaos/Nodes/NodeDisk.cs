using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>The disk under the log of a member's process. Written data stays in the process until it is flushed, so
/// that a kill loses what a power cut would lose; flushes can be slow or hang.</summary>
internal sealed class NodeDisk
{
    private readonly object _gate = new();
    private int _delayMs;
    private bool _hangs;
    private bool _losesFlush;

    /// <summary>Delays every flush.</summary>
    /// <param name="delayMs">The delay in milliseconds; 0 removes it.</param>
    public void Slow(int delayMs)
    {
        lock (_gate)
        {
            _delayMs = delayMs;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>From now on, no flush completes while the process lives.</summary>
    public void Hang()
    {
        lock (_gate)
        {
            _hangs = true;
        }
    }

    /// <summary>Makes the next flush fail and lose its data, and later ones succeed: a kernel that could not write its
    /// pages reports it once and drops them.</summary>
    public void LoseFlush()
    {
        lock (_gate)
        {
            _losesFlush = true;
        }
    }

    /// <summary>Files on this disk.</summary>
    /// <param name="files">The underlying files.</param>
    public ISegmentFiles Wrap(ISegmentFiles files) => new CachedFiles(this, files);

    /// <summary>Waits for the duration of a flush.</summary>
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
                // A change of the delay takes effect at once.
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

        public long Length(int segment) => files.Length(segment);

        public void FlushNames() => files.FlushNames();

        public void Dispose() => files.Dispose();
    }

    private sealed record Unflushed(long Offset, byte[] Data)
    {
        /// <summary>Copies the part of the write inside a span of the file.</summary>
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
