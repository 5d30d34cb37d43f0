namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>The connections that one member opened for one lane. Guarded by the registry, but for
/// <see cref="Turn"/>.</summary>
internal sealed class InboundLane
{
    /// <summary>The number of the latest connection.</summary>
    public ulong Attempt { get; set; }

    /// <summary>The latest connection, while it is open.</summary>
    public InboundConnection? Current { get; set; }

    /// <summary>Held by the connection that delivers messages. A connection that replaces another begins when the
    /// receiver is done with the last message of the earlier one.</summary>
    /// <remarks>Never disposed: without a wait handle it holds nothing to release, and a late connection may still
    /// wait for it.</remarks>
    public SemaphoreSlim Turn { get; } = new(1, 1);
}
