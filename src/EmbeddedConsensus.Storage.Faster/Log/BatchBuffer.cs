using System.Buffers;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>Puts a batch together from its records, in pooled memory.</summary>
internal sealed class BatchBuffer : IDisposable
{
    private byte[] _buffer = [];
    private int _length;

    /// <summary>The batch so far.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Begins a batch.</summary>
    public void Clear() => _length = 0;

    /// <summary>Adds the payload of a record. Its length was checked against the size of a page.</summary>
    /// <param name="payload">The payload.</param>
    public void Add(ReadOnlySpan<byte> payload)
    {
        int needed = checked(_length + payload.Length);
        if (needed > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
            Span.CopyTo(larger);
            Dispose();
            _buffer = larger;
        }

        payload.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }
}
