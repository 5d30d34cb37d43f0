namespace EmbeddedConsensus.StateMachine;

/// <summary>What a command did, for the caller at the replica where the call was made.</summary>
/// <param name="Revision">The store's revision after the command.</param>
/// <param name="Deleted">The number of keys that a delete removed.</param>
/// <param name="Payload">The rest of the result, by the kind of command: the previous key of a put
/// (<see cref="KeyValue"/>), the previous keys of a delete (a list), the <see cref="TxnResult"/> of a
/// transaction.</param>
/// <param name="Error">Why the command was refused; it then changed nothing.</param>
/// <param name="IsRetraction">Whether the command retracted the proposal whose id it has.</param>
internal readonly record struct ApplyResult(
    long Revision, long Deleted = 0, object? Payload = null, ConsensusStoreException? Error = null,
    bool IsRetraction = false)
{
    /// <summary>What became of the proposal.</summary>
    public ProposalOutcome Outcome =>
        Error is null && !IsRetraction ? new ProposalOutcome(WasExecuted: true, Revision) : default;
}
