using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine;

/// <summary>Takes the results of the commands whose callers are here.</summary>
internal interface IApplySink
{
    /// <summary>Whether a caller waits here for the result of the proposal; if not, none is built.</summary>
    bool Wants(in ProposalId id);

    /// <summary>The proposal was executed, or dropped as a repetition (then without a result).</summary>
    void Applied(in ProposalId id, in ApplyResult result);
}
