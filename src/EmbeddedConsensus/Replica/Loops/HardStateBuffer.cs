using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica;

/// <summary>The encoded hard states of one batch, in memory that the next batch uses again.</summary>
internal sealed class HardStateBuffer
{
    private byte[] _bytes = new byte[HardStateCodec.Bytes];
    private int _used;

    /// <summary>Begins the next batch. The storage is done with the one before.</summary>
    public void Clear() => _used = 0;

    /// <summary>Encodes a hard state.</summary>
    /// <param name="state">The hard state.</param>
    /// <returns>The encoding; valid until <see cref="Clear"/>.</returns>
    public ReadOnlyMemory<byte> Add(HardState state)
    {
        if (_used == _bytes.Length)
        {
            // What was handed out of the smaller array stays there.
            _bytes = new byte[2 * _bytes.Length];
            _used = 0;
        }

        Memory<byte> encoding = _bytes.AsMemory(_used, HardStateCodec.Bytes);
        HardStateCodec.Write(encoding.Span, state);
        _used += HardStateCodec.Bytes;
        return encoding;
    }
}
