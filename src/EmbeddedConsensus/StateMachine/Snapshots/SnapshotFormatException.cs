namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>The bytes of a snapshot are not a whole state that this version of the library can read.</summary>
/// <param name="message">What is wrong with them.</param>
internal sealed class SnapshotFormatException(string message) : Exception(message);
