namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>How a member is broken for good while the others must continue.</summary>
internal enum Breakage : byte
{
    /// <summary>Its process is gone.</summary>
    Dead,

    /// <summary>No message reaches it, and none of its own leaves.</summary>
    CutOff,

    /// <summary>It sends, and hears nothing.</summary>
    Deaf,

    /// <summary>It hears, and nothing that it sends arrives.</summary>
    Mute,

    /// <summary>It hears and reaches some of the others only.</summary>
    PartlyCutOff,

    /// <summary>Its process stands still.</summary>
    Paused,

    /// <summary>Its disk does not answer (scenario 18).</summary>
    HangingDisk,

    /// <summary>Its disk takes no data (scenario 19).</summary>
    FullDisk,

    /// <summary>Messages from and to it get lost more often than not.</summary>
    LossyLinks,
}
