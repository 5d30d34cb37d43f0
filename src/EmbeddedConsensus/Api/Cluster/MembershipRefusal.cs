namespace EmbeddedConsensus;

/// <summary>Why a change of the membership was refused. Nothing of it was done.</summary>
public enum MembershipRefusal
{
    /// <summary>It was not refused.</summary>
    None = 0,

    /// <summary>Only the leader changes the membership, and this member does not lead.</summary>
    NotLeader = 1,

    /// <summary>The leader has not committed an entry of its term yet, or is handing leadership over. Try again soon.
    /// </summary>
    NotReady = 2,

    /// <summary>Another change is under way, or planned. Wait for it, or cancel it.</summary>
    ChangeInProgress = 3,

    /// <summary>No such member is or was in the cluster.</summary>
    UnknownMember = 4,

    /// <summary>The id belongs, or belonged, to another member. Ids are never used again: take a higher one.</summary>
    MemberIdUsed = 5,

    /// <summary>The address belongs to another member.</summary>
    AddressInUse = 6,

    /// <summary>The learner lags too far to vote. Wait until it has caught up.</summary>
    LearnerNotCaughtUp = 7,

    /// <summary>Too few of the voters-to-be were heard from lately: the cluster would stop. Bring them up
    /// first.</summary>
    QuorumWouldBeLost = 8,

    /// <summary>The last voter can neither leave nor become a learner.</summary>
    LastVoter = 9,

    /// <summary>There would be too many voters or members.</summary>
    TooManyMembers = 10,

    /// <summary>The address, or the id, is none that a member can have.</summary>
    InvalidAddress = 11,

    /// <summary>What was planned for the change was given up by another one.</summary>
    PlanCancelled = 12,
}
