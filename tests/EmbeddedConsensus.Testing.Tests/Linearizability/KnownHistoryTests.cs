using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;
using static EmbeddedConsensus.Testing.Tests.Linearizability.HistoryOf;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>Typical bugs of a replicated store as its callers see them, and correct histories that resemble them.
/// </summary>
public sealed class KnownHistoryTests
{
    private static readonly Txn CreateLock = Txn.If(Compare.Missing("lock")).Then(Op.Put("lock", "me"));
    private static readonly PutOperationResult PutAtTwo = new(new PutResult(2, null));

    [Fact]
    [Trait("Scenario", "6")]
    [Trait("Scenario", "8")]
    public void A_stale_read_of_a_key_names_the_key_and_the_read()
    {
        StoreCall stale = Get(60, 70, "a", Item("a", "1", 2, 2, 1));

        Violation violation = Convict(Put(0, 10, "a", "1", 2), Put(20, 30, "a", "2", 3), stale);

        Assert.Equal(ViolationKind.KeyOrder, violation.Kind);
        Assert.Equal("a", violation.Key);
        Assert.Equal([stale], violation.Calls);
        Assert.Equal(2, violation.Before.Count);
    }

    [Fact]
    [Trait("Scenario", "7")]
    public void A_read_at_an_older_revision_than_an_earlier_result_is_not_linearizable()
    {
        Violation violation = Convict(
            Put(0, 10, "a", "1", 2),
            Put(20, 30, "b", "1", 3),
            Range(40, 50, "c", 2));

        Assert.Equal(ViolationKind.RealTimeOrder, violation.Kind);
        Assert.Equal(2, violation.Revision);
    }

    [Fact]
    public void A_read_older_than_an_earlier_read_is_found()
    {
        Violation violation = Convict(
            Put(0, 10, "a", "1", 2),
            Put(20, 90, "a", "2", 3),
            Get(30, 40, "a", Item("a", "2", 2, 3, 2)),
            Get(50, 60, "a", Item("a", "1", 2, 2, 1)));

        Assert.Equal(ViolationKind.KeyOrder, violation.Kind);
    }

    [Fact]
    public void Reads_that_overlap_a_write_may_see_either_state()
    {
        Acquit(
            Put(0, 10, "a", "1", 2),
            Put(20, 90, "a", "2", 3),
            Get(30, 40, "a", Item("a", "1", 2, 2, 1)),
            Get(50, 60, "a", Item("a", "2", 2, 3, 2)));
    }

    [Fact]
    [Trait("Scenario", "2")]
    public void A_lost_update_is_found()
    {
        Violation violation = Convict(
            Put(0, 10, "a", "1", 2),
            Put(20, 30, "a", "2", 3),
            Range(40, 50, "a", 3, Item("a", "1", 2, 2, 1)));

        Assert.Equal("a", violation.Key);
    }

    [Fact]
    [Trait("Scenario", "1")]
    public void Two_writes_of_one_revision_are_found()
    {
        Violation violation = Convict(Put(0, 10, "a", "1", 2), Put(0, 10, "b", "1", 2));

        Assert.Equal(ViolationKind.DuplicateRevision, violation.Kind);
    }

    [Fact]
    public void A_write_after_a_result_has_a_newer_revision()
    {
        Violation violation = Convict(Put(0, 10, "a", "1", 3), Put(20, 30, "b", "1", 2));

        Assert.Equal(ViolationKind.RealTimeOrder, violation.Kind);
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void A_write_of_unknown_outcome_may_show_up_late()
    {
        Acquit(
            Lost(0, Op.Put("a", "late")),
            Put(10, 20, "a", "1", 2),
            Get(30, 40, "a", Item("a", "1", 2, 2, 1)),
            Get(50, 60, "a", Item("a", "late", 2, 3, 2)));
    }

    [Fact]
    public void A_write_of_unknown_outcome_may_never_show_up()
    {
        Acquit(
            Lost(0, Op.Put("a", "never")),
            Put(10, 20, "a", "1", 2),
            Range(30, 40, "a", 2, Item("a", "1", 2, 2, 1)));
    }

    [Fact]
    public void A_write_of_unknown_outcome_does_not_show_up_before_it_began()
    {
        Violation violation = Convict(
            Range(0, 10, "a", 2, Item("a", "early", 2, 2, 1)),
            Lost(20, Op.Put("a", "early")));

        Assert.Equal("a", violation.Key);
    }

    [Fact]
    public void A_write_of_unknown_outcome_happens_once()
    {
        // It was overwritten, and reappears.
        Convict(
            Lost(0, Op.Put("a", "twice")),
            Get(10, 20, "a", Item("a", "twice", 2, 2, 1)),
            Put(30, 40, "a", "1", 3),
            Get(50, 60, "a", Item("a", "twice", 2, 4, 3)));
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void A_transaction_that_was_executed_twice_leaves_a_revision_that_nothing_explains()
    {
        Txn append = Txn.Do(Op.Put("log", "entry"));

        Violation violation = Convict(
            Transaction(0, 10, append, true, 2, PutAtTwo),
            Put(20, 30, "other", "1", 4));

        Assert.Equal(ViolationKind.UnexplainedRevision, violation.Kind);
        Assert.Equal(3, violation.Revision);
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void A_retried_transaction_that_finds_its_own_first_execution_is_found()
    {
        // Revision 2 took the lock; the same call then ran again and found the lock taken.
        Violation violation = Convict(
            Transaction(0, 10, CreateLock, false, 2),
            Range(20, 30, "lock", 2, Item("lock", "me", 2, 2, 1)));

        Assert.Equal("lock", violation.Key);
    }

    [Fact]
    public void Two_callers_cannot_both_create_one_key()
    {
        Convict(
            Transaction(0, 30, CreateLock, true, 2, PutAtTwo),
            Transaction(0, 30, CreateLock, true, 3, new PutOperationResult(new PutResult(3, null))));
    }

    [Fact]
    [Trait("Scenario", "43")]
    public void Half_of_a_transaction_is_found()
    {
        Txn both = Txn.Do(Op.Put("a", "1"), Op.Put("b", "1"));

        Violation violation = Convict(
            Transaction(0, 10, both, true, 2, PutAtTwo, PutAtTwo),
            Range(20, 30, KeyRange.Between("a", "c"), 2, Item("a", "1", 2, 2, 1)));

        Assert.Equal(ViolationKind.Answer, violation.Kind);
        Assert.Equal(2, violation.Revision);
    }

    [Fact]
    public void A_range_that_mixes_two_states_is_found_although_each_key_is_right()
    {
        Convict(
            Put(0, 10, "a", "1", 2),
            Put(0, 100, "a", "2", 3),
            Put(0, 100, "b", "1", 4),
            Range(20, 30, KeyRange.Between("a", "c"), 4, Item("a", "1", 2, 2, 1), Item("b", "1", 4, 4, 1)));
    }

    [Fact]
    public void A_deleted_key_may_be_missed_only_from_the_delete_on()
    {
        Acquit(Put(0, 10, "a", "1", 2), Delete(20, 50, "a", 3), Get(30, 40, "a", null));
        Convict(Put(0, 10, "a", "1", 2), Get(11, 15, "a", null), Delete(20, 50, "a", 3));
    }

    [Fact]
    public void A_delete_of_unknown_outcome_after_the_last_known_revision_explains_a_get()
    {
        Acquit(Put(0, 10, "a", "1", 2), Lost(20, Op.Delete((Key)"a")), Get(30, 40, "a", null));
        Convict(Put(0, 10, "a", "1", 2), Get(15, 18, "a", null), Lost(20, Op.Delete((Key)"a")));
    }

    [Fact]
    public void A_serializable_read_may_lag_but_shows_a_state_that_was()
    {
        Acquit(
            Put(0, 10, "a", "1", 2),
            Put(20, 30, "a", "2", 3),
            Stale(40, 50, "a", 2, "", Item("a", "1", 2, 2, 1)));
        Convict(
            Put(0, 10, "a", "1", 2),
            Put(20, 30, "b", "2", 3),
            Stale(40, 50, "b", 2, "", Item("b", "2", 3, 3, 1)));
    }

    [Fact]
    public void A_serializable_read_does_not_see_the_future()
    {
        Convict(
            Stale(0, 5, "a", 2, "", Item("a", "1", 2, 2, 1)),
            Put(10, 20, "a", "1", 2));
    }

    [Fact]
    public void What_a_serializable_read_showed_linearizable_reads_must_show()
    {
        Convict(
            Put(0, 100, "a", "1", 2),
            Stale(10, 20, "a", 2, "", Item("a", "1", 2, 2, 1)),
            Range(30, 40, "a", 1));
    }

    [Fact]
    [Trait("Scenario", "48")]
    public void Serializable_reads_of_one_session_never_go_back()
    {
        StoreCall newer = Stale(40, 50, "a", 3, "1/1", Item("a", "2", 2, 3, 2));
        StoreCall older = Stale(60, 70, "a", 2, "1/1", Item("a", "1", 2, 2, 1));
        StoreCall[] writes = [Put(0, 10, "a", "1", 2), Put(20, 30, "a", "2", 3)];

        Violation violation = Convict([.. writes, newer, older]);

        Assert.Equal(ViolationKind.SessionOrder, violation.Kind);
        Acquit([.. writes, newer, older with { Session = "2/1" }]);
    }

    [Fact]
    public void A_watch_shows_which_write_of_unknown_outcome_happened()
    {
        StoreCall[] calls = [Lost(0, Op.Put("a", "1")), Lost(0, Op.Put("b", "1")), Put(10, 20, "c", "1", 3)];
        KeyValue seen = Item("a", "1", 2, 2, 1);
        WatchRecording watch = new()
        {
            Range = KeyRange.All,
            Records = [WatchRecord.Of(new WatchEvent(WatchEventType.Put, seen, null, true))],
        };

        CheckResult result = LinearizabilityChecker.Check(new StoreHistory { Calls = calls, Watches = [watch] });

        Assert.Equal(Verdict.Linearizable, result.Verdict);
        Assert.Equal(seen, Assert.Single(result.Changes!.At(2)).KeyValue);
    }

    [Fact]
    public void A_read_refused_for_a_future_revision_shows_the_revision_that_the_store_is_at()
    {
        StoreCall refused = new()
        {
            Client = 1,
            InvokedAt = 20,
            ReturnedAt = 30,
            Operation = Op.Range("a", new RangeOptions { Revision = 9 }),
            Outcome = CallOutcome.Failed,
            Refusal = RevisionRefusal.Of(new FutureRevisionException(9, 1)),
        };

        Assert.Equal(ViolationKind.RealTimeOrder, Convict(Put(0, 10, "a", "1", 2), refused).Kind);
        Acquit(Put(0, 25, "a", "1", 2), refused);
    }

    [Fact]
    public void An_absurd_revision_is_reported_and_not_allocated()
    {
        Violation violation = Convict(Put(0, 10, "a", "1", 1L << 60));

        Assert.Equal(ViolationKind.UnexplainedRevision, violation.Kind);
    }

    private static void Acquit(params StoreCall[] calls)
    {
        CheckResult result = LinearizabilityChecker.Check(Calls(calls));
        Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
    }

    private static Violation Convict(params StoreCall[] calls)
    {
        CheckResult result = LinearizabilityChecker.Check(Calls(calls));
        Assert.True(result.Verdict == Verdict.NotLinearizable, result.ToString());
        Assert.Contains(result.Violation!.Message, result.ToString(), StringComparison.Ordinal);
        return result.Violation;
    }
}
