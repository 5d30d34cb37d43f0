using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>A write under way.</summary>
internal sealed class SimulatedWrite : PendingProposal
{
    private readonly Action<SimulatedWrite, ApplyResult> _applied;
    private readonly Action<SimulatedWrite, Exception> _failed;
    private readonly Action<SimulatedWrite, ProposalOutcome?>? _resolved;

    /// <summary>A write that was not proposed yet.</summary>
    public SimulatedWrite(
        WriteRequest request,
        Action<SimulatedWrite, ApplyResult> applied,
        Action<SimulatedWrite, Exception> failed,
        Action<SimulatedWrite, ProposalOutcome?>? resolved = null)
    {
        Request = request;
        Command = request.Encode();
        _applied = applied;
        _failed = failed;
        _resolved = resolved;
    }

    /// <summary>What the caller asked for.</summary>
    public WriteRequest Request { get; }

    /// <summary>Its id, once it was proposed.</summary>
    public ProposalId? Id { get; set; }

    /// <summary>Whether the caller was told that nothing was, or will be, executed.</summary>
    public bool WasNotExecuted { get; private set; }

    /// <summary>Ends the wait, as a caller's token does.</summary>
    public void Cancel()
    {
        if (TryEnd(out bool wasProposed))
        {
            WasNotExecuted = !wasProposed;
            _failed(this, new WriteCanceledException("Cancelled.", wasProposed, CancellationToken.None));
        }
    }

    /// <inheritdoc />
    protected override void OnApplied(in ApplyResult result) => _applied(this, result);

    /// <inheritdoc />
    protected override void OnFailed(Exception exception)
    {
        WasNotExecuted = exception is QuorumUnavailableException or TooManyRequestsException;
        _failed(this, exception);
    }

    /// <inheritdoc />
    protected override void OnResolved(ProposalOutcome? outcome) => _resolved?.Invoke(this, outcome);
}
