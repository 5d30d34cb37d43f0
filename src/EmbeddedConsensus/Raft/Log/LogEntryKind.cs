using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Raft;

/// <summary>What a log entry carries. The values are written to disk and sent to peers: never renumber them.</summary>
[Experimental("ECS0001")]
public enum LogEntryKind : byte
{
    /// <summary>Nothing: the entry a leader appends first in its term (Raft dissertation, section 6.4).</summary>
    NoOp = 0,

    /// <summary>A command for the state machine.</summary>
    Command = 1,

    /// <summary>A change of the cluster's membership.</summary>
    Configuration = 2,
}
