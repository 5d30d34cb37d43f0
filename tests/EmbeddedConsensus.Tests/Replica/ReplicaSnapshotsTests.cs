using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class ReplicaSnapshotsTests : IApplyLoopEvents
{
    [Fact]
    [Trait("Case", "T22")]
    public async Task A_state_that_was_pinned_when_consensus_ended_is_released_and_its_memory_freed()
    {
        MemberId self = new(1);
        ReplicaSettings settings = new(new ConsensusStoreOptions());
        RaftNode node =
            new(settings.Raft(seed: 1), new RecoveredLog(default, default, 0, []), null, settings.Bootstrap);
        ReplicaCore core = new(settings.Core(), node, self, incarnation: 1);
        ConsensusInbox inbox = new(core);
        await using InMemoryLogStorage log = new();
        await using InMemorySnapshotStorage storage = new();
        using ReplicatedStateMachine machine = new(settings.Mvcc);
        using ApplyLoop apply = new(
            machine, log, core.Proposals, self, 1, settings.Leases, settings.MaxWatchBytes, TimeProvider.System, this,
            schedule: null);
        inbox.Attach(apply);
        ReplicaSnapshots snapshots =
            new(storage, 0, settings, inbox, apply, NullLogger.Instance, schedule: null, CancellationToken.None);
        Assert.NotEqual(0, machine.Store.Statistics.AllocatedBytes);

        // The fault comes between the apply thread's part and the consensus thread's.
        snapshots.Write(new StateSnapshot(machine));
        inbox.Close(new StoreStoppedException("faulted"));
        snapshots.Close();
        machine.Dispose();

        MvccStatistics statistics = machine.Store.Statistics;
        Assert.Equal((0, 0), (statistics.PinnedReaders, statistics.AllocatedBytes));
    }

    void IApplyLoopEvents.Applied(ulong index, long bytes)
    {
    }

    void IApplyLoopEvents.EventsPublished()
    {
    }

    void IApplyLoopEvents.Captured(StateSnapshot snapshot)
    {
    }

    void IApplyLoopEvents.Restored(SnapshotReceiveEffect step, ReplicatedStateMachine machine)
    {
    }

    void IApplyLoopEvents.CommandDropped(string fault)
    {
    }

    void IApplyLoopEvents.Propose(LeaseProposal proposal)
    {
    }

    void IFaultEvents.Failed(Exception exception)
    {
    }
}
