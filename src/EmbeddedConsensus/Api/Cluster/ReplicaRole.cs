namespace EmbeddedConsensus;

/// <summary>What a replica is in its cluster, at this moment.</summary>
public enum ReplicaRole
{
    /// <summary>It follows a leader, or waits for one.</summary>
    Follower = 0,

    /// <summary>It asks whether it could win an election.</summary>
    PreCandidate = 1,

    /// <summary>It asks for votes.</summary>
    Candidate = 2,

    /// <summary>It leads.</summary>
    Leader = 3,

    /// <summary>It receives the log and has no vote.</summary>
    Learner = 4,
}
