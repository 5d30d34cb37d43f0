namespace EmbeddedConsensus.Transport.Tcp;

/// <summary>Where a <see cref="TcpTransport"/> listens, who it speaks for, and its bounds.</summary>
public sealed class TcpTransportOptions
{
    private const int MinFrameBytes = 1024;

    /// <summary>Where to listen, as <c>host:port</c>. The host is an IP address (an IPv6 address in brackets), a host
    /// name, or <c>*</c> for every address of the machine; port 0 takes a free port. Required.</summary>
    public string ListenEndpoint { get; set; } = "";

    /// <summary>How other members reach this one, as <c>host:port</c>; null when that is the listening
    /// address.</summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>The cluster. Connections of other clusters are refused.</summary>
    public ulong ClusterId { get; set; }

    /// <summary>The member that the transport speaks for. Required.</summary>
    public MemberId MemberId { get; set; }

    /// <summary>A number that grows with each start of the member, kept in its storage. Peers refuse a connection of
    /// an earlier start than one that they have seen. Required: 1 or more.</summary>
    public ulong Incarnation { get; set; }

    /// <summary>The longest message on the consensus lane, in bytes; for the sender each entry counts for 32 bytes more
    /// than its payload, and a message for 192 more. 1 KiB to 1 GiB; 4 MiB by default. Give all members the same
    /// value.</summary>
    public int MaxFrameBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The longest message on the snapshot lane, in bytes. 1 KiB to 1 GiB; 4 MiB by default. Give all members
    /// the same value.</summary>
    public int MaxSnapshotFrameBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How many bytes wait for one peer on one lane before further messages are dropped, those of the write
    /// under way included. At least the longest message of either lane; 16 MiB by default.</summary>
    public int SendQueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How many messages wait for one peer on one lane before further ones are dropped, those of the write
    /// under way included. At least 1; 8,192 by default.</summary>
    public int SendQueueMessages { get; set; } = 8192;

    /// <summary>How many connections are accepted at a time, those in the handshake included. At least 2; 256 by
    /// default: each peer needs two.</summary>
    public int MaxInboundConnections { get; set; } = 256;

    /// <summary>How long a connection may take to be established. Above zero; 3 seconds by default.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a handshake may take, on either side. Above zero; 3 seconds by default.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a request may take (<see cref="ITransport.RequestAsync"/>), the connection included, on either
    /// side. Above zero; 30 seconds by default.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before the first attempt to reach a lost peer again; it doubles with each failure. A random
    /// part of up to a half is taken off. Above zero; 50 milliseconds by default.</summary>
    public TimeSpan ReconnectBackoffMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two attempts. At least <see cref="ReconnectBackoffMin"/>; 1 second by
    /// default.</summary>
    public TimeSpan ReconnectBackoffMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often each side of a connection shows that it is alive. Above zero; 1 second by default.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection may be silent before it counts as lost, in whole
    /// <see cref="KeepAliveInterval"/>s. At least two of them; 5 seconds by default.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether small writes go out at once (<c>TCP_NODELAY</c>). True by default; without it latency suffers
    /// badly.</summary>
    public bool NoDelay { get; set; } = true;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is missing or out of range; the message tells which, and what to
    /// set it to.</exception>
    public void Validate()
    {
        ValidateIdentity();
        RequireRange(MaxFrameBytes, MinFrameBytes, 1 << 30, nameof(MaxFrameBytes));
        RequireRange(MaxSnapshotFrameBytes, MinFrameBytes, 1 << 30, nameof(MaxSnapshotFrameBytes));
        RequireRange(SendQueueMessages, 1, int.MaxValue, nameof(SendQueueMessages));
        RequireRange(MaxInboundConnections, 2, int.MaxValue, nameof(MaxInboundConnections));
        int longest = Math.Max(MaxFrameBytes, MaxSnapshotFrameBytes);
        Require(
            SendQueueBytes >= longest,
            nameof(SendQueueBytes),
            $"is {SendQueueBytes}, less than the longest message ({longest} bytes); raise it, or lower "
            + $"{nameof(MaxFrameBytes)} and {nameof(MaxSnapshotFrameBytes)}");
        RequirePositive(ConnectTimeout, nameof(ConnectTimeout));
        RequirePositive(HandshakeTimeout, nameof(HandshakeTimeout));
        RequirePositive(RequestTimeout, nameof(RequestTimeout));
        RequirePositive(ReconnectBackoffMin, nameof(ReconnectBackoffMin));
        RequirePositive(KeepAliveInterval, nameof(KeepAliveInterval));
        Require(
            ReconnectBackoffMax >= ReconnectBackoffMin && ReconnectBackoffMax <= TimeSpan.FromHours(1),
            nameof(ReconnectBackoffMax),
            $"is {ReconnectBackoffMax}; set it between {nameof(ReconnectBackoffMin)} ({ReconnectBackoffMin}) and an "
            + "hour");
        Require(
            IdleTimeout >= 2 * KeepAliveInterval,
            nameof(IdleTimeout),
            $"is {IdleTimeout}; set it to at least twice {nameof(KeepAliveInterval)} ({KeepAliveInterval})");
    }

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal TcpTransportOptions Copy() => (TcpTransportOptions)MemberwiseClone();

    /// <summary>The longest message of a lane, in bytes.</summary>
    internal int MaxFrameBytesOf(TransportLane lane) =>
        lane == TransportLane.Snapshot ? MaxSnapshotFrameBytes : MaxFrameBytes;

    private void ValidateIdentity()
    {
        Require(
            PeerAddress.TryParse(ListenEndpoint, out _),
            nameof(ListenEndpoint),
            $"is '{ListenEndpoint}'; set it to host:port, such as 0.0.0.0:2380 or [::1]:2380");
        Require(
            AdvertisedAddress is null || (PeerAddress.TryParse(AdvertisedAddress, out PeerAddress advertised)
                && advertised.Port != 0),
            nameof(AdvertisedAddress),
            $"is '{AdvertisedAddress}'; set it to the host:port at which other members reach this one, or to null");
        Require(!MemberId.IsNone, nameof(MemberId), "is zero; set it to this member's id");
        Require(
            Incarnation > 0,
            nameof(Incarnation),
            "is zero; set it to a number that is higher than at every earlier start of this member");
    }

    private static void RequireRange(int value, int min, int max, string name) =>
        Require(value >= min && value <= max, name, $"is {value}; set it between {min} and {max}");

    private static void RequirePositive(TimeSpan value, string name) =>
        Require(
            value > TimeSpan.Zero && value <= TimeSpan.FromHours(1),
            name,
            $"is {value}; set it above zero and to an hour at most");

    private static void Require(bool condition, string name, string problem)
    {
        if (!condition)
        {
            throw new ArgumentException($"{nameof(TcpTransportOptions)}.{name} {problem}.");
        }
    }
}
