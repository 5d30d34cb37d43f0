using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>
/// The end of a simulation: the faults stop, at first perhaps for a majority only, and from then on the cluster has to
/// make progress within bounded time (scenario 23), and to end in one state (scenario 46).
/// </summary>
internal sealed class LivenessPhase(SimulatedCluster cluster, SimulationRandom random)
{
    private const long BoundMicros = 90_000_000;
    private const double MajorityOnlyRate = 0.5;
    private const double BrokenLinkRate = 0.3;
    private const long SettleMicros = 5_000_000;

    private static readonly PutRequest AliveRequest = new("alive", Value.FromString("yes"), ReturnPrevious: true);

    private readonly SimulatedCaller _caller = new(cluster, number: 1_000, new RequestGenerator(random.Fork(1)), random)
    {
        IsStopped = true,
    };

    /// <summary>Runs the phase.</summary>
    public void Run()
    {
        cluster.Note($"faults end");
        cluster.Workload.Stop();
        cluster.FaultsAreOn = false;
        cluster.Network.IsFaulty = false;
        if (cluster.Replicas.Length > 1 && random.Chance(BrokenLinkRate))
        {
            RunWithBrokenLink();
        }

        SimulatedReplica[] healthy = HealSome();
        Require("pending calls end", () => cluster.Workload.Pending == 0);
        foreach (SimulatedReplica replica in healthy)
        {
            RequireService(replica);
        }

        RejoinAll(healthy.Length < cluster.Replicas.Length);
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            CheckState(replica.Life!.Apply);
        }

        Require("watchers get everything", () =>
            cluster.Workload.Watchers.All(watcher => watcher.HasSeen(cluster.Committed.Model.Revision)));
    }

    // One link stays broken for good, in one direction or both: the cluster as a whole must go on (scenario 16).
    private void RunWithBrokenLink()
    {
        HealAll();
        int replicas = cluster.Replicas.Length;
        int from = random.Below(replicas);
        int to = (from + 1 + random.Below(replicas - 1)) % replicas;
        cluster.Network.SetCut(from, to, true);
        cluster.Network.SetCut(to, from, random.Chance(0.5));
        cluster.Note($"the link from {from + 1} to {to + 1} stays broken");
        long writes = cluster.Statistics.Writes;
        Require("some replica writes, with one link broken", () =>
        {
            if (_caller.Life is null && cluster.RandomLife(random) is { } life)
            {
                _caller.Write(life, AliveRequest);
            }

            return cluster.Statistics.Writes > writes;
        });
    }

    /// <summary>Brings back what is still broken; a leader that is not behind in term stays leader (scenario 15).</summary>
    private void RejoinAll(bool someAreBroken)
    {
        ReplicaLife? leader = null;
        if (someAreBroken)
        {
            cluster.Run(cluster.Now + SettleMicros);
            leader = StableLeader();
        }

        ulong term = leader?.Core.Node.Term ?? 0;
        HealAll();
        Require("all replicas apply everything", () => cluster.Replicas.All(HasAppliedAll));
        if (leader is not null && (leader.Core.Node.Role != RaftRole.Leader || leader.Core.Node.Term != term))
        {
            throw new SimulationFailedException("Leader Stability",
                $"Replica {leader.Replica.Id} led a majority in term {term}, and members of no higher term that came "
                + $"back have deposed it. {leader.Replica}");
        }
    }

    private ReplicaLife? StableLeader()
    {
        ulong highest = cluster.Replicas.Max(
            replica => Math.Max(replica.Disk.HardState.Term, replica.Life?.Core.Node.Term ?? 0));
        return cluster.Replicas.Select(replica => replica.Life).FirstOrDefault(
            life => life?.Core.Node.Role == RaftRole.Leader && life.Core.Node.Term == highest);
    }

    private void HealAll()
    {
        cluster.Network.Mend();
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            replica.Heal();
            replica.Start();
        }
    }

    private SimulatedReplica[] HealSome()
    {
        int replicas = cluster.Replicas.Length;
        bool isMajorityOnly = replicas > 1 && random.Chance(MajorityOnlyRate);
        int broken = isMajorityOnly ? (replicas - 1) / 2 : 0;
        int first = random.Below(replicas);
        cluster.Network.Mend();
        for (int i = 0; i < replicas; i++)
        {
            SimulatedReplica replica = cluster.Replicas[(first + i) % replicas];
            if (i >= broken)
            {
                replica.Heal();
                replica.Start();
                continue;
            }

            for (int other = 0; other < replicas; other++)
            {
                cluster.Network.SetCut(replica.Number, other, true);
                cluster.Network.SetCut(other, replica.Number, true);
            }
        }

        return [.. Enumerable.Range(broken, replicas - broken).Select(i => cluster.Replicas[(first + i) % replicas])];
    }

    // A write and a read at every healthy replica must go through. A call may still fail for a cause from before.
    private void RequireService(SimulatedReplica replica)
    {
        long writes = cluster.Statistics.Writes;
        long reads = cluster.Statistics.Reads;
        Require($"replica {replica.Id} writes", () =>
        {
            if (cluster.Statistics.Writes > writes)
            {
                return true;
            }

            if (_caller.Life is null)
            {
                _caller.Write(replica.Life!, AliveRequest);
            }

            return false;
        });
        Require($"replica {replica.Id} reads", () =>
        {
            if (cluster.Statistics.Reads > reads)
            {
                return true;
            }

            if (_caller.Life is null)
            {
                _caller.Read(replica.Life!, new ReadRequest(KeyRange.All, new RangeOptions()));
            }

            return false;
        });
    }

    private bool HasAppliedAll(SimulatedReplica replica) =>
        replica.Life is { } life && life.Apply.PublishedIndex == cluster.Committed.LastIndex
        && cluster.Committed.LastIndex >= cluster.Invariants.LastCommitted;

    private void CheckState(SimulatedApplyLane lane)
    {
        lane.CheckHash();
        using MvccSnapshot snapshot = lane.OpenSnapshot();
        RangeOptions options = new();
        RangeResult all = RangeReader.Read(snapshot.View, RangeQuery.Of(KeyRange.All, options));
        ReferenceStore model = cluster.Committed.Model;
        RangeResult expected = ReferenceStore.Read(
            KeyRange.All, options, model.StateAt(model.Revision), model.Revision);
        if (!ResultComparer.AreEqual(all, expected))
        {
            throw new SimulationFailedException("Equal State",
                $"At the end a replica holds {ResultText.Of(all)}. Expected: {ResultText.Of(expected)}.");
        }

        lane.Machine.Store.Validate();
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
