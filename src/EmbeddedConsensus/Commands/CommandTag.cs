namespace EmbeddedConsensus.Commands;

/// <summary>The extensions that a command's header has numbers for. The values are part of the log format: never
/// renumber them. A reader skips an unknown tag unless it has the <see cref="Required"/> bit: then it refuses the
/// command.</summary>
internal enum CommandTag : byte
{
    /// <summary>The identifier of the trace that the call belongs to, as W3C Trace Context writes it. Nothing that a
    /// command does depends on it.</summary>
    TraceContext = 1,

    /// <summary>The bit of a tag that decides what the command does.</summary>
    Required = 0x80,

    /// <summary>The authenticated caller. Reserved: no version reads it yet.</summary>
    Principal = Required | 1,

    /// <summary>The caller's own key for a call that it may repeat. Reserved: no version reads it yet.</summary>
    IdempotencyKey = Required | 2,
}
