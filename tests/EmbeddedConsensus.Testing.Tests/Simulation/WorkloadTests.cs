using EmbeddedConsensus.Commands;
using EmbeddedConsensus.StateMachine.Operations;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Tests.Simulation;

public sealed class WorkloadTests
{
    [Fact]
    public void Every_generated_request_is_one_that_the_store_accepts()
    {
        RequestValidator validator = new(1 << 20, 128);
        for (ulong seed = 0; seed < 50; seed++)
        {
            RequestGenerator generator = new(new SimulationRandom(seed));
            for (int i = 0; i < 100; i++)
            {
                WriteRequest write = generator.NextWrite(revision: 20);
                OperationTable.Default.HandlerOf(write.Operation).Check(write.Operation, validator, scope: null);
                validator.CheckSize(write.Encode().Length);
                ReadRequest read = generator.NextRead(revision: 20);
                RequestValidator.CheckRange(read.Range, "range");
                RequestValidator.CheckRangeOptions(read.Options, "options");
            }
        }
    }

    [Fact]
    public void The_reference_store_maintains_create_revision_and_version_like_etcd()
    {
        ReferenceStore store = new();
        store.Execute(new PutRequest("a", Value.FromString("1"), false));
        store.Execute(new PutRequest("a", Value.FromString("2"), false));
        KeyValue second = store.StateAt(3)["a"];
        Assert.Equal((2, 3, 2), (second.CreateRevision, second.ModRevision, second.Version));
        Assert.Equal(1, store.Execute(new DeleteRequest(KeyRange.All, true)).Deleted);
        store.Execute(new PutRequest("a", Value.FromString("3"), false));
        KeyValue third = store.StateAt(5)["a"];
        Assert.Equal((5, 5, 1), (third.CreateRevision, third.ModRevision, third.Version));
        Assert.Equal("2", store.StateAt(3)["a"].Value.ToString());
    }

    [Fact]
    public void A_write_that_changes_nothing_adds_no_revision_to_the_reference_store()
    {
        ReferenceStore store = new();
        Assert.Equal(1, store.Execute(new DeleteRequest("a", false)).Revision);
        Assert.Equal(1, store.Execute(new TxnRequest(Txn.Do(Op.Get("a")))).Revision);
        Assert.Equal(1, store.Revision);
    }

    [Fact]
    public void The_reference_store_refuses_compacted_and_future_revisions()
    {
        ReferenceStore store = new();
        store.Execute(new PutRequest("a", Value.FromString("1"), false));
        Assert.Null(store.Execute(new CompactRequest(2)).Error);
        Assert.IsType<CompactedException>(store.Execute(new CompactRequest(2)).Error);
        Assert.IsType<FutureRevisionException>(store.Execute(new CompactRequest(3)).Error);
        Assert.IsType<CompactedException>(ReferenceStore.Refuse(1, 2, 2));
        Assert.Null(ReferenceStore.Refuse(2, 2, 2));
    }
}
