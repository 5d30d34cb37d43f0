namespace EmbeddedConsensus.Raft;

/// <summary>What became of proposals. None of these promises that they commit.</summary>
internal enum ProposeResult : byte
{
    /// <summary>This node leads and appended them.</summary>
    Accepted = 0,

    /// <summary>They are on their way to the leader, and may get lost there.</summary>
    Forwarded = 1,

    /// <summary>No leader is known. Try again when one is.</summary>
    NoLeader = 2,

    /// <summary>Too many bytes wait to be applied (<see cref="RaftOptions.MaxUncommittedBytes"/>). Try again later.
    /// </summary>
    Overloaded = 3,

    /// <summary>This node leads and is handing leadership over, or will, because it is no member any more. Try again
    /// when that ended.</summary>
    Transferring = 4,
}
