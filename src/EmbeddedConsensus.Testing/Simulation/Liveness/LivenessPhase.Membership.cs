using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Membership;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>What must hold for the membership once every member is back.</summary>
internal sealed partial class LivenessPhase
{
    private const int MostVotersToGrowFrom = 5;

    // Changes that were begun end; members whose disks are damaged are replaced; one more change goes through.
    private void RequireMembership()
    {
        Require("members whose disks are damaged are replaced", () => cluster.Operator.HasReplacedAll);
        Require("changes of the membership that were begun end", () => !cluster.Operator.IsBusy);
        RequireOneMoreChange();
        Require("members that were removed have stopped", () => !cluster.Replicas.Any(IsToStop));
        Require("members with an empty disk were refused or removed", () =>
            cluster.Replicas.All(replica => !replica.HasLostDisk || replica.IsLost || replica.HasLeft
                || cluster.Rules.Latest?.Contains(replica.Id) == false));
    }

    private void RequireOneMoreChange()
    {
        if (cluster.Rules.Latest is not { } current)
        {
            return;
        }

        MembershipOrder? order = null;
        if (current.Voters.Length <= MostVotersToGrowFrom && random.Chance(0.5))
        {
            order = cluster.Operator.Recruit() is { } fresh
                ? cluster.Operator.Order(ConfigurationChange.AddVoter(fresh))
                : null;
        }
        else if (current.Voters.Length > 1)
        {
            MemberId removed = current.Voters[random.Below(current.Voters.Length)];
            order = cluster.Operator.Order(ConfigurationChange.Remove(removed));
        }

        if (order is null)
        {
            return;
        }

        Require($"a change of the membership goes through ({order.Change.Kind})", () => order.HasEnded);
        if (order.Refusal != MembershipRefusal.None)
        {
            throw new SimulationFailedException("Liveness",
                $"{order.Change.Kind} {order.Change.Member} "
                + $"[{string.Join<MemberEndpoint>(' ', order.Change.Peers)}] is "
                + $"refused in a cluster that is whole: {order.Refusal}.");
        }
    }

    // A replica that never was a member, and waits to become one, need not stop. One that was away for so long that
    // none of the members it knows still is one cannot learn of its removal. Learners are ignored.
    private bool IsToStop(SimulatedReplica replica) =>
        replica.Life is { } life && life.Core.Node.Membership == MembershipState.Member
        && cluster.Rules.Latest is { } latest && !latest.Contains(replica.Id)
        && life.Core.Node.Configuration is { } known && known.IsVoter(replica.Id)
        && known.Voters.Any(latest.Contains);
}
