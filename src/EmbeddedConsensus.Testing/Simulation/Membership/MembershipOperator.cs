using System.Collections.Immutable;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Faults;

namespace EmbeddedConsensus.Testing.Simulation.Membership;

/// <summary>
/// The operator of the cluster: adds, removes, replaces and moves members while faults continue, and replaces members
/// whose disks are damaged. It requests only what a careful operator would: no set of voters of which half is known to
/// be beyond repair.
/// </summary>
internal sealed partial class MembershipOperator(SimulatedCluster cluster, SimulationRandom random)
{
    private const int MaxOrders = 3;
    private const int Candidates = 3;
    private const long PatienceMicros = 20_000_000;
    private const long LookMicros = 2_000_000;

    private readonly List<MembershipOrder> _orders = [];
    private readonly Dictionary<MemberId, SimulatedReplica> _replacements = [];
    private readonly List<SimulatedReplica> _candidates = [];

    /// <summary>Whether a change may be in progress.</summary>
    public bool IsBusy => _orders.Count > 0
        || cluster.Rules.Latest is { IsJoint: true } or { PlannedVoters.IsEmpty: false };

    /// <summary>Whether every member whose disk is damaged was replaced.</summary>
    public bool HasReplacedAll => !cluster.Replicas.Any(IsToReplace);

    /// <summary>Starts to operate.</summary>
    public void Begin() => cluster.Events.Schedule(LookMicros, EventKind.Fault, 2_000, () =>
    {
        ReplaceLost();
        Begin();
    });

    /// <summary>Executes an event of the schedule.</summary>
    /// <returns>Whether there was anything to do.</returns>
    public bool Strike(FaultEvent fault)
    {
        if (_orders.Count >= MaxOrders || cluster.Rules.Latest is not { } current
            || ChangeOf(fault, current) is not { } change || !IsSafe(change, current))
        {
            return false;
        }

        MembershipOrder order = Order(change);
        cluster.Events.Schedule(PatienceMicros, EventKind.Call, 2_000, () => LosePatience(order));
        return true;
    }

    /// <summary>Starts an order, which is repeated until it is done or refused for good.</summary>
    public MembershipOrder Order(ConfigurationChange change)
    {
        string peers = string.Join(' ', change.Peers.Select(peer => peer.Id));
        cluster.Note($"order: {change.Kind} {change.Member} [{peers}]");
        MembershipOrder order = new(cluster, change, random, ended => _orders.Remove(ended));
        _orders.Add(order);
        order.Attempt();
        return order;
    }

    /// <summary>A replica with a pending request may be gone.</summary>
    public void ReplicaEnded(ReplicaLife life)
    {
        foreach (MembershipOrder order in _orders.ToArray())
        {
            order.ReplicaEnded(life);
        }
    }

    /// <summary>Orders nothing more, except replacements of members with damaged disks.</summary>
    public void Stop()
    {
        foreach (MembershipOrder order in _orders.ToArray())
        {
            order.GiveUp();
        }
    }

    /// <summary>A member that was never in the cluster, started on an empty disk; null if there are too many.</summary>
    public MemberEndpoint? Recruit()
    {
        SimulatedReplica? fresh = NextCandidate();
        fresh?.Start();
        return fresh?.Peer;
    }

    /// <summary>Ids are used in no particular order, and some never: the next member is one of a few.</summary>
    private SimulatedReplica? NextCandidate()
    {
        while (_candidates.Count < Candidates && cluster.Recruit() is { } candidate)
        {
            _candidates.Add(candidate);
        }

        if (_candidates.Count == 0)
        {
            return null;
        }

        SimulatedReplica next = _candidates[random.Below(_candidates.Count)];
        _candidates.Remove(next);
        return next;
    }

    private void LosePatience(MembershipOrder order)
    {
        if (order.HasEnded)
        {
            return;
        }

        order.GiveUp();
        if (cluster.FaultsAreOn && cluster.Rules.Latest is { PlannedVoters.IsEmpty: false })
        {
            Order(ConfigurationChange.CancelPlan());
        }
    }

    private void ReplaceLost()
    {
        if (cluster.Rules.Latest is not { } current)
        {
            return;
        }

        foreach (SimulatedReplica lost in cluster.Replicas.Where(IsToReplace).ToArray())
        {
            bool isOrdered = _orders.Exists(order => order.Change.Member == lost.Id);
            if (!isOrdered && _orders.Count < MaxOrders)
            {
                OrderReplacement(lost, current);
            }
        }

        // A plan for a member that will never return blocks every other change.
        if (current.PlannedVoters.Any(id => !current.Voters.Contains(id) && IsHopeless(id))
            && !_orders.Exists(order => order.Change.Kind == ConfigurationChangeKind.CancelPlan))
        {
            Order(ConfigurationChange.CancelPlan());
        }
    }

    private void OrderReplacement(SimulatedReplica lost, ClusterConfiguration current)
    {
        if (!current.Voters.Contains(lost.Id))
        {
            Order(ConfigurationChange.Remove(lost.Id));
            return;
        }

        SimulatedReplica? fresh = _replacements.GetValueOrDefault(lost.Id);

        // One that votes already replaced the member once, or was added by itself, and cannot replace it again.
        bool isUsable = fresh is { IsLost: false, HasLeft: false } && !current.Voters.Contains(fresh.Id)
            && (current.Contains(fresh.Id) || !current.WasUsed(fresh.Id));
        if (!isUsable)
        {
            fresh = NextCandidate();
            if (fresh is null)
            {
                Order(ConfigurationChange.Remove(lost.Id));
                return;
            }

            fresh.Start();
            _replacements[lost.Id] = fresh;
        }

        Order(ConfigurationChange.Replace(lost.Id, fresh!.Peer));
    }

    private bool IsToReplace(SimulatedReplica replica) =>
        replica.IsLost && cluster.Rules.Latest is { } current && current.Contains(replica.Id);

    private bool IsHopeless(MemberId id)
    {
        SimulatedReplica replica = cluster.Replicas[SimulatedCluster.NumberOf(id)];
        return replica.IsLost || replica.HasLeft;
    }

    private bool IsSafe(ConfigurationChange change, ClusterConfiguration current)
    {
        ImmutableArray<MemberId> target = change.Kind switch
        {
            ConfigurationChangeKind.Remove or ConfigurationChangeKind.Demote => current.Voters.Remove(change.Member),
            ConfigurationChangeKind.SetVoters => [.. change.Peers.Select(peer => peer.Id)],
            ConfigurationChangeKind.Replace => current.Voters.Remove(change.Member),
            _ => current.Voters,
        };
        int impaired = target.Count(id => cluster.Replicas[SimulatedCluster.NumberOf(id)].IsImpaired);
        return impaired * 2 < target.Length;
    }
}
