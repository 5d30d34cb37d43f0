namespace EmbeddedConsensus.Raft;

/// <summary>How far a member of a list of founders has come (<see cref="Founding"/>). The values are on disk and go
/// over the wire: never renumber them.</summary>
internal enum FoundingStage : byte
{
    /// <summary>The member has agreed to nothing: it neither votes nor campaigns while it holds no entry.</summary>
    Undecided = 0,

    /// <summary>The member has seen that no founder holds anything, and votes from now on.</summary>
    Pledged = 1,

    /// <summary>The member has seen that every founder is pledged, and campaigns from now on.</summary>
    Agreed = 2,
}
