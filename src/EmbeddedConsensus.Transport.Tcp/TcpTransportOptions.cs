namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>Where a <see cref="TcpTransport"/> listens, and its bounds. The cluster and the member that it speaks for
/// are given by <see cref="TransportContext"/>. docs/configuration.md lists every setting.</summary>
public sealed class TcpTransportOptions
{
    /// <summary>Where to listen, as <c>host:port</c>. The host is an IP address (an IPv6 address in brackets), a host
    /// name, or <c>*</c> for every address of the machine; port 0 takes a free port. Default: null, which is
    /// <see cref="TransportContext.Address"/>, where the other members look for this one.</summary>
    public string? ListenEndpoint { get; set; }

    /// <summary>How many bytes wait for one peer on one lane before further messages are dropped, those being written
    /// included. A message that is longer than half of it is taken while at most half is in use, so that it passes as
    /// well. From 1 MiB. Default: 16 MiB.</summary>
    public int SendQueueBytes { get; set; } = 16 << 20;

    /// <summary>How many messages wait for one peer on one lane before further ones are dropped, those being written
    /// included. From 1. Default: 8,192.</summary>
    public int SendQueueMessages { get; set; } = 8192;

    /// <summary>How many connections are open at a time whose other side has not proved to be a member, and has not
    /// sent its request either. Those of members and up to <see cref="ITransport.MaxConcurrentRequests"/> requests
    /// come on top. From 2. Default: 256.</summary>
    public int MaxInboundConnections { get; set; } = 256;

    /// <summary>How long a connection may take to be established. Above 0, at most 1 h. Default: 3 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a handshake may take, on either side. Above 0, at most 1 h. Default: 3 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a request may take (<see cref="ITransport.RequestAsync"/>), the connection included, on either
    /// side. Above 0, at most 1 h. Default: 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before the first attempt to reach a lost peer again; it doubles with each failure. A random
    /// part of up to a half is taken off. Above 0, at most 1 h. Default: 50 ms.</summary>
    public TimeSpan ReconnectBackoffMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two attempts. From <see cref="ReconnectBackoffMin"/> to 1 h. Default:
    /// 1 s.</summary>
    public TimeSpan ReconnectBackoffMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often each side of a connection shows that it is alive. Above 0, at most 1 h. Default:
    /// 1 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection may be silent before it counts as lost, in whole
    /// <see cref="KeepAliveInterval"/>s. At least two of them. Default: 5 s.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether small writes are sent at once (<c>TCP_NODELAY</c>); without it latency suffers badly. Default:
    /// true.</summary>
    public bool NoDelay { get; set; } = true;

    /// <summary>A copy that later changes of this object do not reach, with what the replica needs.</summary>
    internal TcpTransportOptions For(TransportContext context)
    {
        var copy = (TcpTransportOptions)MemberwiseClone();
        copy.ListenEndpoint ??= context.Address;
        copy.MaxFrameBytes = Math.Max(MaxFrameBytes, context.MaxMessageBytes);
        return copy;
    }

    /// <summary>The longest message, in bytes; for the sender each entry counts for 32 bytes more than its payload, and
    /// a message for 192 more. It is no setting: members with different limits would stop each other.</summary>
    internal int MaxFrameBytes { get; set; } = 4 << 20;
}
