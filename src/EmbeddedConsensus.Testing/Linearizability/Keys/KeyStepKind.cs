namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a call does to one key.</summary>
internal enum KeyStepKind
{
    /// <summary>Reads it.</summary>
    Read = 0,

    /// <summary>Puts it.</summary>
    Put = 1,

    /// <summary>Deletes it, if it is there.</summary>
    Delete = 2,
}
