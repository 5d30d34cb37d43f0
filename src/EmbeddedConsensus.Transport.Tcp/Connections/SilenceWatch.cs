namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Tells when a connection has been silent for too long. It counts intervals rather than time: after a pause
/// of the whole process only one has passed, and what arrived meanwhile is still heard.</summary>
internal sealed class SilenceWatch(TcpTransportOptions options)
{
    private readonly long _maxIntervals =
        (long)Math.Ceiling(options.IdleTimeout.TotalMilliseconds / options.KeepAliveInterval.TotalMilliseconds);

    private long _bytesBefore;
    private long _intervals;

    /// <summary>Looks at the connection once each interval.</summary>
    /// <param name="bytesHeard">How many bytes have come in so far.</param>
    /// <param name="excused">Whether silence proves nothing, since nobody listens.</param>
    /// <returns>Whether to give the connection up.</returns>
    public bool IsTooLong(long bytesHeard, bool excused = false)
    {
        _intervals = excused || bytesHeard != _bytesBefore ? 0 : _intervals + 1;
        _bytesBefore = bytesHeard;
        return _intervals > _maxIntervals;
    }
}
