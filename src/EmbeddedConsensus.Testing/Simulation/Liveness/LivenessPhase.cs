using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// The end of a simulation: the faults stop, at first perhaps for a majority only, and from then on the cluster has to
/// make progress within bounded time (scenario 23), to change its membership, and to end in one state (scenario 46).
/// </summary>
internal sealed partial class LivenessPhase(SimulatedCluster cluster, SimulationRandom random)
{
    private const long BoundMicros = 90_000_000;
    private const double BrokenLinkRate = 0.3;
    private const long SettleMicros = 5_000_000;

    // More than the smallest limits of a seed's profile admit, so that a limit that is never released shows.
    private const int SustainedWrites = 32;
    private const int SustainedValueBytes = 200;

    private static readonly PutRequest AliveRequest = new("alive", Value.FromString("yes"), ReturnPrevious: true);

    private static readonly PutRequest SustainedRequest = new(
        "sustained", Value.FromString(new string('s', SustainedValueBytes)), ReturnPrevious: false);

    private readonly ClusterHealing _healing = new(cluster, random);
    private readonly SimulatedCaller _caller = cluster.Workload.AddProber(number: 1_000, random);

    /// <summary>Runs the phase.</summary>
    public void Run()
    {
        cluster.Note($"faults end");
        cluster.Workload.Stop();
        cluster.Operator.Stop();
        cluster.FaultsAreOn = false;
        cluster.Faults.Stop();
        cluster.Network.Mend();
        if (random.Chance(BrokenLinkRate))
        {
            RunWithBrokenLink();
        }

        bool someAreBroken = _healing.HealSome();
        Require("pending calls end", () => cluster.Workload.Pending == 0);
        SimulatedReplica[] healthy = [.. cluster.Members.Where(replica => !replica.IsAbandoned)];
        if (_healing.HasPartlyCutOff)
        {
            RequireServiceSomewhere(healthy);
        }
        else
        {
            Array.ForEach(healthy, RequireService);
            RequireSustainedWrites(healthy, someAreBroken);
        }

        RejoinAll(someAreBroken);
        RequireMembership();
        Require("leases that are not renewed expire", () => !cluster.Committed.Model.Leases.Any);
        Require("all members apply everything", () => cluster.Members.All(HasAppliedAll));
        foreach (SimulatedReplica replica in cluster.Members)
        {
            CheckState(replica.Life!.Apply);
        }

        Require("calls at members that came back end", () => cluster.Workload.Pending == 0);
        Require("what became of every write is known", () =>
            cluster.Members.All(replica => replica.Life is { Core.Proposals.InFlightCount: 0 }));
        Require("watchers get everything", () =>
            cluster.Workload.Watchers.All(watcher => watcher.HasSeen(cluster.Committed.Model.Revision)));
    }

    // One link stays broken for good, in one direction or both: the cluster as a whole must go on (scenario 16). Where
    // every link is needed there is nothing to break.
    private void RunWithBrokenLink()
    {
        _healing.HealAll();
        SimulatedReplica[] members = [.. cluster.Members];
        if (members.Length < 3 || cluster.Operator.IsBusy || !members.All(member => cluster.Atlas.IsSound(member.Id))
            || cluster.VoterSets().Any(set => set.Length < 3 || !set.All(cluster.Atlas.IsSound))
            || cluster.Replicas.Any(replica => replica.LatestConfiguration is { IsJoint: true }))
        {
            return;
        }

        int from = random.Below(members.Length);
        int to = (from + 1 + random.Below(members.Length - 1)) % members.Length;
        cluster.Network.Cut(members[from].Number, members[to].Number, 1);
        cluster.Network.Cut(members[to].Number, members[from].Number, random.Chance(0.5) ? 1 : 0);
        cluster.Note($"the link from {members[from].Id} to {members[to].Id} stays broken");
        RequireServiceSomewhere(members);
        cluster.Network.Mend();
    }

    // A leader that reaches a majority stays leader; a member without a link to it learns nothing and cannot depose it.
    private void RequireServiceSomewhere(SimulatedReplica[] replicas)
    {
        long writes = cluster.Statistics.Writes;
        Require("some replica writes, with links broken", () =>
        {
            if (_caller.Life is null && replicas[random.Below(replicas.Length)].Life is { IsFaulted: false } life)
            {
                _caller.Write(life, AliveRequest);
            }

            return cluster.Statistics.Writes > writes;
        });
        Require("the caller is done", () => _caller.Life is null);
    }

    /// <summary>Brings back what is still broken; a leader that is up to date in term stays leader (scenario
    /// 15).</summary>
    private void RejoinAll(bool someAreBroken)
    {
        ReplicaLife? leader = null;
        if (someAreBroken)
        {
            cluster.Run(cluster.Now + SettleMicros);
            leader = StableLeader();
        }

        ulong term = leader?.Core.Node.Term ?? 0;
        ulong configuration = leader?.Core.Node.ConfigurationIndex ?? 0;
        _healing.HealAll();
        Require("all replicas apply everything", () => cluster.Members.All(HasAppliedAll));
        if (leader is not null && leader.Core.Node.ConfigurationIndex == configuration
            && (leader.Core.Node.Role != RaftRole.Leader || leader.Core.Node.Term != term))
        {
            throw new SimulationFailedException("Leader Stability",
                $"Replica {leader.Replica.Id} led a majority in term {term}, and members of no higher term that came "
                + $"back have deposed it. {leader.Replica}");
        }
    }

    // Not one that is itself about to come back: it may have to step down when it does.
    private ReplicaLife? StableLeader()
    {
        ulong highest = cluster.Replicas.Max(
            replica => Math.Max(replica.Disk.HardState.Term, replica.Life?.Core.Node.Term ?? 0));
        return cluster.Replicas.Where(replica => !replica.IsAbandoned).Select(replica => replica.Life).FirstOrDefault(
            life => life?.Core.Node.Role == RaftRole.Leader && life.Core.Node.Term == highest
                && !life.Core.Node.Configuration.IsJoint);
    }

    // A write and a read at every healthy member must go through. A call may still fail for a cause from before.
    private void RequireService(SimulatedReplica replica)
    {
        long writes = cluster.Statistics.Writes;
        long reads = cluster.Statistics.Reads;
        Require($"replica {replica.Id} writes", () =>
        {
            if (cluster.Statistics.Writes > writes || !cluster.IsMember(replica))
            {
                return true;
            }

            if (_caller.Life is null && replica.Life is { IsFaulted: false } life)
            {
                _caller.Write(life, AliveRequest);
            }

            return false;
        });
        Require($"replica {replica.Id} reads", () =>
        {
            if (cluster.Statistics.Reads > reads || !cluster.IsMember(replica))
            {
                return true;
            }

            if (_caller.Life is null && replica.Life is { IsFaulted: false } life)
            {
                _caller.Read(life, new ReadRequest(KeyRange.All, new RangeOptions()));
            }

            return false;
        });
        Require("the caller is done", () => _caller.Life is null);
    }

    // Members that are broken for good must not slow down the others, however much is written (scenario 23).
    private void RequireSustainedWrites(SimulatedReplica[] healthy, bool someAreBroken)
    {
        if (!someAreBroken)
        {
            return;
        }

        for (int i = 0; i < SustainedWrites; i++)
        {
            // A bound for each: one broken member can make many calls wait for their timeout.
            long writes = cluster.Statistics.Writes;
            Require("writes go on with some members broken", () =>
            {
                if (_caller.Life is null && healthy[random.Below(healthy.Length)].Life is { IsFaulted: false } life)
                {
                    _caller.Write(life, SustainedRequest);
                }

                return cluster.Statistics.Writes > writes || !healthy.Any(cluster.IsMember);
            });
        }

        Require("the caller is done", () => _caller.Life is null);
    }

    private bool HasAppliedAll(SimulatedReplica replica) =>
        replica.Life is { } life && life.Apply.PublishedIndex == cluster.Committed.LastIndex
        && cluster.Committed.LastIndex >= cluster.Invariants.LastCommitted;

    private void CheckState(SimulatedApplyLoop apply)
    {
        apply.CheckHash();
        using PinnedView pinned = apply.OpenView();
        RangeOptions options = new();
        RangeResult all = RangeReader.Read(pinned.View, RangeQuery.Of(KeyRange.All, options));
        ReferenceStore model = cluster.Committed.Model;
        RangeResult expected = ReferenceStore.Read(
            KeyRange.All, options, model.StateAt(model.Revision), model.Revision);
        if (!ResultComparer.AreEqual(all, expected))
        {
            throw new SimulationFailedException("Equal State",
                $"At the end a replica holds {ResultText.Of(all)}. Expected: {ResultText.Of(expected)}.");
        }

        apply.Machine.Store.Validate();
    }

    private void Require(string what, Func<bool> condition)
    {
        if (!condition() && !cluster.Run(cluster.Now + BoundMicros, condition))
        {
            throw new SimulationFailedException("Liveness",
                $"{BoundMicros / 1_000_000} s after the faults ended it is not true that {what}. "
                + string.Join(" ", cluster.Replicas.Select(replica => replica.ToString())));
        }
    }
}
