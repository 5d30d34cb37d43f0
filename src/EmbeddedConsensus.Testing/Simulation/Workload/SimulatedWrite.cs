using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>A write under way.</summary>
internal sealed class SimulatedWrite : PendingProposal
{
    private readonly Action<SimulatedWrite, ApplyResult> _applied;
    private readonly Action<SimulatedWrite, Exception> _failed;

    /// <summary>A write that was not proposed yet.</summary>
    public SimulatedWrite(
        WriteRequest request, Action<SimulatedWrite, ApplyResult> applied, Action<SimulatedWrite, Exception> failed)
    {
        Request = request;
        Command = request.Encode();
        _applied = applied;
        _failed = failed;
    }

    /// <summary>What the caller asked for.</summary>
    public WriteRequest Request { get; }

    /// <summary>Its id, once it was proposed.</summary>
    public ProposalId? Id { get; set; }

    /// <summary>Whether the caller was told that nothing was, or will be, executed.</summary>
    public bool WasNotExecuted { get; private set; }

    /// <inheritdoc />
    protected override void OnApplied(in ApplyResult result) => _applied(this, result);

    /// <inheritdoc />
    protected override void OnFailed(Exception exception)
    {
        WasNotExecuted = exception is QuorumUnavailableException or TooManyRequestsException;
        _failed(this, exception);
    }
}
