using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;
using static EmbeddedConsensus.Testing.Tests.Linearizability.HistoryOf;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>A history that starts with a store that was in use before: its earlier states are unknown, and showing one
/// is not a violation.</summary>
public sealed class LaterBeginningTests
{
    private static readonly RangeOptions AtSeven = new() { Revision = 7 };

    [Fact]
    public void A_lagging_replica_may_show_the_state_before_the_history_began()
    {
        Acquit(Stale(10, 20, "a", 7, "2/1", Item("a", "old", 3, 7, 4)));
        Acquit(Serializable(Get(10, 20, "a", Item("a", "old", 3, 7, 4))));
        Acquit(Serializable(Get(10, 20, "a", null)));
        Assert.Equal(ViolationKind.RealTimeOrder, Check(Range(10, 20, "b", 7))?.Kind);
    }

    [Fact]
    public void A_session_does_not_go_back_before_the_beginning()
    {
        StoreCall newest = Stale(10, 20, "a", 10, "2/1", Item("a", "new", 3, 9, 5));

        Assert.Equal(ViolationKind.SessionOrder, Check(newest, Stale(30, 40, "a", 7, "2/1"))?.Kind);
        Assert.NotNull(Check(
            newest, Serializable(Get(30, 40, "a", Item("a", "old", 3, 7, 4))) with { Session = "2/1" }));
    }

    [Fact]
    public void Reads_of_revisions_before_the_beginning_are_not_checked()
    {
        KeyValue old = Item("a", "old", 3, 7, 4);
        RangeOperationResult read = new(new RangeResult([old], 1, false, 10));

        Acquit(Succeeded(10, 20, Op.Range("a", AtSeven), read));
        Acquit(Succeeded(
            10, 20, Op.Range("a", AtSeven), new RangeOperationResult(read.Result with { Revision = 0 })));
        Acquit(Transaction(10, 20, Txn.Do(Op.Range("a", AtSeven)), true, 10, read));
        Acquit(
            Transaction(
                10, 20, Txn.Do(Op.Range("a", AtSeven), Op.Put("a", "newer")), true, 11,
                new RangeOperationResult(read.Result with { Revision = 11 }),
                new PutOperationResult(new PutResult(11, null))),
            Get(30, 40, "a", Item("a", "newer", 3, 11, 6)));
    }

    [Fact]
    public void The_initial_contents_of_the_store_are_checked()
    {
        Acquit(Get(10, 20, "a", Item("a", "new", 3, 9, 5)));
        Assert.NotNull(Check(Get(10, 20, "a", Item("a", "old", 3, 7, 4))));
        Assert.NotNull(Check(Get(10, 20, "a", null)));
    }

    private static StoreCall Serializable(StoreCall read) => read with
    {
        Operation = Op.Range(
            ((RangeOperation)read.Operation!).Range, new RangeOptions { Consistency = Consistency.Serializable }),
    };

    private static void Acquit(params StoreCall[] calls) => Assert.Null(Check(calls));

    private static Violation? Check(params StoreCall[] calls)
    {
        CheckResult result = LinearizabilityChecker.Check(new StoreHistory
        {
            Calls = calls,
            InitialRevision = 10,
            InitialItems = [Item("a", "new", 3, 9, 5)],
        });
        Assert.Equal(result.Violation is null, result.Verdict == Verdict.Linearizable);
        return result.Violation;
    }
}
