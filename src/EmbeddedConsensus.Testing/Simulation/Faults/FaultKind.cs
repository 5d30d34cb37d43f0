namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>What can go wrong in a simulated cluster.</summary>
internal enum FaultKind : byte
{
    /// <summary>The targets crash, and are started again when the duration is over.</summary>
    Crash,

    /// <summary>A target crashes when it reaches a <see cref="CrashPoint"/> for the amount-th time from now, and is
    /// started again when the duration is over.</summary>
    CrashAtPoint,

    /// <summary>The processes of the targets stand still for the duration. What arrives waits.</summary>
    Pause,

    /// <summary>The clocks of the targets jump forward by the amount in ticks, or stand still for as long.</summary>
    ClockJump,

    /// <summary>The clocks of the targets run at the intensity times the right rate for the duration.</summary>
    ClockDrift,

    /// <summary>The time of day of the targets jumps by the amount in seconds.</summary>
    WallClockJump,

    /// <summary>The targets and all others are cut off from each other.</summary>
    Partition,

    /// <summary>The link between target and peer is cut; both still reach all others.</summary>
    LinkCut,

    /// <summary>The link between target and peer is cut and mended again and again, amount times in the
    /// duration.</summary>
    LinkFlap,

    /// <summary>Messages between targets and peers get lost with the intensity as probability.</summary>
    MessageLoss,

    /// <summary>Messages between targets and peers take up to the intensity in seconds longer.</summary>
    MessageDelay,

    /// <summary>Messages between targets and peers arrive twice with the intensity as probability.</summary>
    MessageDuplication,

    /// <summary>Messages between targets and peers are overtaken with the intensity as probability.</summary>
    MessageReordering,

    /// <summary>The disks of the targets are slow.</summary>
    SlowDisk,

    /// <summary>The disks of the targets do not answer.</summary>
    HangingDisk,

    /// <summary>The disks of the targets take no more data.</summary>
    FullDisk,

    /// <summary>The next flush of each target fails; a part of it may be on the disk.</summary>
    FsyncError,

    /// <summary>Bits of an entry at rest in the log of the target flip.</summary>
    RottenLog,

    /// <summary>Bits of the record that holds the hard state of the target flip.</summary>
    RottenHardState,

    /// <summary>Bits of the newest snapshot of the target flip.</summary>
    RottenSnapshot,

    /// <summary>A record of the target's log stands where another one should stand, which is gone.</summary>
    MisdirectedWrite,

    /// <summary>A record of the target's log is what stood there before it was written.</summary>
    StaleSector,

    /// <summary>The target is asked to transfer leadership to the peer. Not a fault by itself; to a member that is
    /// down, cut off or lagging it is one (scenario 20).</summary>
    LeadershipTransfer,

    /// <summary>A learner joins.</summary>
    AddLearner,

    /// <summary>A voter joins.</summary>
    AddVoter,

    /// <summary>A learner gets a vote.</summary>
    PromoteMember,

    /// <summary>A voter loses its vote.</summary>
    DemoteMember,

    /// <summary>A member leaves for good.</summary>
    RemoveMember,

    /// <summary>A new member takes the place of a voter.</summary>
    ReplaceMember,

    /// <summary>A member comes to another address; the others learn of it when the change is committed.</summary>
    MoveMember,

    /// <summary>Any one, three or five members, some of them new, become the voters; the amount chooses them.</summary>
    SetVoters,

    /// <summary>What is planned is given up.</summary>
    CancelPlan,

    /// <summary>The target is started on an empty disk under its old id.</summary>
    LoseDisk,

    /// <summary>A minority of the voters is cut off for the duration. At its end the target, one of the others, is
    /// started on an empty disk, and the rest of the others crash, just when the minority returns: what was committed
    /// meanwhile is in no log that is up, and no member that is up may become leader with the help of the empty disk
    /// (scenarios 1 and 31).</summary>
    LoseCopy,

    /// <summary>The process of a member that was removed is started again on its old disk.</summary>
    ReturnRemoved,

    /// <summary>The target runs the new release from its next start on, which follows when the duration is
    /// over.</summary>
    Upgrade,

    /// <summary>The targets crash, and the ends of their logs are gone, at most as many writes as the amount; their
    /// storage can only say that something may be missing (design decision D20). They are started again when the
    /// duration is over.</summary>
    LoseTail,

    /// <summary>As <see cref="LoseCopy"/>, but the target loses the end of its log and not the whole disk.</summary>
    LoseTailCopy,
}
