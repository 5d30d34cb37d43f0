using EmbeddedConsensus.Mvcc;
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
        SimulatedReplica[] healthy = HealSome();
        Require("pending calls end", () => cluster.Workload.Pending == 0);
        foreach (SimulatedReplica replica in healthy)
        {
            RequireService(replica);
        }

        cluster.Network.Mend();
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            replica.Heal();
            replica.Start();
        }

        Require("all replicas apply everything", () => cluster.Replicas.All(HasAppliedAll));
        foreach (SimulatedReplica replica in cluster.Replicas)
        {
            CheckState(replica.Life!.Apply);
        }

        Require("watchers get everything", () =>
            cluster.Workload.Watchers.All(watcher => watcher.HasSeen(cluster.Committed.Model.Revision)));
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
                _caller.Write(replica.Life!, new PutRequest("alive", Value.FromString("yes"), ReturnPrevious: true));
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
