namespace EmbeddedConsensus.Raft;

/// <summary>What a <see cref="ConfigurationChange"/> asks for. The values travel between members: never renumber them.
/// </summary>
internal enum ConfigurationChangeKind : byte
{
    /// <summary>A new member that gets the log and has no vote.</summary>
    AddLearner = 1,

    /// <summary>A new voter: a learner until it is caught up.</summary>
    AddVoter = 2,

    /// <summary>A learner becomes a voter, now.</summary>
    Promote = 3,

    /// <summary>A voter becomes a learner.</summary>
    Demote = 4,

    /// <summary>A member leaves for good.</summary>
    Remove = 5,

    /// <summary>A new voter takes the place of a member, when it is caught up.</summary>
    Replace = 6,

    /// <summary>A member has a new address.</summary>
    Update = 7,

    /// <summary>These and no others vote, as soon as all of them are caught up.</summary>
    SetVoters = 8,

    /// <summary>What is planned is given up; learners that were added for it stay learners.</summary>
    CancelPlan = 9,
}
