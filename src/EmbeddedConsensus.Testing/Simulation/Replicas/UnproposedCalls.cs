using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>The calls of a life that its replica has not proposed yet. A write has its id when it is in flight; only
/// then may it appear in the log.</summary>
/// <param name="cluster">Learns of the proposals.</param>
/// <param name="self">The replica.</param>
/// <param name="incarnation">The life.</param>
internal sealed class UnproposedCalls(SimulatedCluster cluster, MemberId self, ulong incarnation)
{
    private readonly List<SimulatedWrite> _writes = [];
    private readonly List<LeaseProposal> _forLeases = [];

    /// <summary>Takes a caller's write.</summary>
    public void Add(SimulatedWrite write) => _writes.Add(write);

    /// <summary>Takes what the replica proposes for the leases.</summary>
    public void Add(LeaseProposal proposal) => _forLeases.Add(proposal);

    /// <summary>Reports what the core has proposed since the last call. Writes are proposed in the order of their
    /// calls.</summary>
    /// <param name="proposals">The core's calls.</param>
    /// <exception cref="SimulationFailedException">A write has overtaken an earlier one.</exception>
    public void Note(ProposalTracker proposals)
    {
        NoteForLeases(proposals);
        SimulatedWrite? passed = null;
        for (int i = 0; i < _writes.Count;)
        {
            SimulatedWrite write = _writes[i];
            if (write.Sequence != 0 && proposals.Peek(write.Sequence) == write)
            {
                if (passed is not null)
                {
                    throw new SimulationFailedException("First Come, First Served",
                        $"{write.Request} is proposed before {passed.Request}, which was called earlier at replica "
                        + $"{self} and waits.");
                }

                write.Id = new ProposalId(self, incarnation, write.Sequence);
                cluster.Committed.Proposed(write.Id.Value, write, write.Request);
                _writes.RemoveAt(i);
            }
            else if (write.HasEnded)
            {
                _writes.RemoveAt(i);
            }
            else
            {
                passed ??= write;
                i++;
            }
        }
    }

    private void NoteForLeases(ProposalTracker proposals) =>
        _forLeases.RemoveAll(proposal =>
        {
            bool isProposed = proposal.Sequence != 0 && proposals.Peek(proposal.Sequence) == proposal;
            if (isProposed)
            {
                cluster.Committed.Proposed(
                    new ProposalId(self, incarnation, proposal.Sequence),
                    proposal,
                    new LeaseRequest(proposal.Operation));
            }

            return isProposed || proposal.HasEnded;
        });
}
