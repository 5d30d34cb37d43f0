namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Detects that a connection has been silent for too long. It counts intervals rather than time: after a pause
/// of the whole process only one has passed, and what arrived meanwhile is still read.</summary>
internal sealed class SilenceWatch(TcpTransportOptions options)
{
    private readonly long _maxIntervals =
        (long)Math.Ceiling(options.IdleTimeout.TotalMilliseconds / options.KeepAliveInterval.TotalMilliseconds);

    private long _bytesBefore;
    private long _intervals;

    /// <summary>Checks the connection once per interval.</summary>
    /// <param name="bytesHeard">The bytes received so far.</param>
    /// <param name="excused">Whether silence proves nothing, because nothing is being read.</param>
    /// <returns>Whether to close the connection.</returns>
    public bool IsTooLong(long bytesHeard, bool excused = false)
    {
        _intervals = excused || bytesHeard != _bytesBefore ? 0 : _intervals + 1;
        _bytesBefore = bytesHeard;
        return _intervals > _maxIntervals;
    }
}
