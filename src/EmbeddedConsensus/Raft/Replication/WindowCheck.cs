namespace EmbeddedConsensus.Raft;

/// <summary>The search for acknowledgements of a peer that may be lost, which runs once a heartbeat interval.</summary>
internal enum WindowCheck : byte
{
    /// <summary>Nothing to do before the next heartbeat.</summary>
    None = 0,

    /// <summary>A heartbeat was sent; its answer shows whether acknowledgements are outstanding.</summary>
    Armed = 1,

    /// <summary>The peer answered and acknowledgements are outstanding: an empty append is due, whose answer replaces
    /// them.</summary>
    Due = 2,
}
