namespace EmbeddedConsensus.Raft;

/// <summary>A node's current role in the cluster (Raft paper, figure 4; the pre-candidate: dissertation, section
/// 9.6).</summary>
internal enum RaftRole : byte
{
    /// <summary>Listens to a leader, or waits for one. Learners are followers too.</summary>
    Follower = 0,

    /// <summary>Asks whether it could win an election, without raising its term.</summary>
    PreCandidate = 1,

    /// <summary>Asks for votes in a new term.</summary>
    Candidate = 2,

    /// <summary>Appends, replicates and commits.</summary>
    Leader = 3,
}
