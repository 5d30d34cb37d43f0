namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>What a transaction did, while the revision that it ends at is not yet known.</summary>
/// <param name="succeeded">Whether every condition held.</param>
internal sealed class TxnOutcome(bool succeeded)
{
    private readonly List<(OperationHandler Handler, ApplyResult Result)> _results = [];

    /// <summary>Adds what the next operation did.</summary>
    public void Add(OperationHandler handler, in ApplyResult result) => _results.Add((handler, result));

    /// <summary>The result for the caller.</summary>
    /// <param name="revision">The revision after the outermost transaction.</param>
    public TxnResult ToResult(long revision)
    {
        List<OperationResult> responses = new(_results.Count);
        foreach ((OperationHandler handler, ApplyResult result) in _results)
        {
            responses.Add(handler.Respond(result, revision));
        }

        return new TxnResult(succeeded, revision, responses);
    }
}
