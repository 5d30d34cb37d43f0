namespace EmbeddedConsensus.Raft;

/// <summary>What a wish for another membership comes to at one moment.</summary>
internal enum ChangeDecisionKind : byte
{
    /// <summary>It is refused.</summary>
    Refused = 0,

    /// <summary>It is already so.</summary>
    Done = 1,

    /// <summary>It is planned already; nothing is to be done but to wait.</summary>
    Planned = 2,

    /// <summary>A step was, or has to be, taken.</summary>
    Step = 3,
}
