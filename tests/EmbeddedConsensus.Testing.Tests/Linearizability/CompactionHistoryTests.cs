using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;
using static EmbeddedConsensus.Testing.Tests.Linearizability.HistoryOf;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>What callers may and may not observe of compactions.</summary>
public sealed class CompactionHistoryTests
{
    // Revisions 2 to 5, made one after the other.
    private static readonly StoreCall[] Writes =
        [.. Enumerable.Range(1, 4).Select(i => Put(10 * i, (10 * i) + 5, "a", $"{i}", i + 1))];

    [Fact]
    [Trait("Scenario", "45")]
    public void After_a_compaction_a_read_below_it_must_be_refused()
    {
        StoreCall compaction = Compact(100, 110, 4);

        Assert.Equal(
            [compaction, Past(120, 130, 3)], Convict(compaction, Past(120, 130, 3)).Calls, SameCall);
        Convict(compaction, PastGet(120, 130, 3));
        Convict(compaction, PastInTxn(120, 130, 3));
        Acquit(compaction, Past(120, 130, 4), PastGet(120, 130, 4), PastInTxn(120, 130, 4));
        Acquit(compaction, RefusedRead(120, 130, 3, 4));
    }

    [Fact]
    public void A_read_that_overlaps_a_compaction_may_be_refused_or_answered()
    {
        StoreCall compaction = Compact(100, 200, 4);

        Acquit(compaction, Past(120, 130, 3), RefusedRead(120, 130, 3, 4));
        Acquit(compaction, Past(200, 210, 3));
        Convict(compaction, RefusedRead(120, 130, 3, 4), Past(140, 150, 3));
    }

    [Fact]
    public void A_branch_that_a_transaction_did_not_take_reads_nothing()
    {
        Txn txn = Txn.If(Compare.Missing("a")).Then(Op.Range("a", new RangeOptions { Revision = 2 }));

        Acquit(Compact(100, 110, 4), Transaction(120, 130, txn, false, 5));
    }

    [Fact]
    [Trait("Scenario", "45")]
    public void Reads_of_the_newest_revision_are_never_refused()
    {
        Acquit(Compact(100, 110, 5), Range(120, 130, "a", 5, ItemAt(5)), Get(120, 130, "a", ItemAt(5)));
        Convict(Compact(100, 110, 5), RefusedRead(120, 130, 0, 5));
    }

    [Fact]
    public void A_refusal_needs_a_compaction_that_began_before_it_returned_and_did_not_fail()
    {
        StoreCall refused = RefusedRead(120, 130, 3, 4);

        Convict(refused);
        Convict(refused, Compact(131, 140, 4));
        Convict(refused, Compact(100, 110, 3));
        Convict(refused, Compact(100, 110, 5));
        Convict(refused, Compact(100, 110, 4) with { Outcome = CallOutcome.Failed });
        Acquit(refused, Compact(130, 140, 4));
        Acquit(refused, Compact(100, 0, 4) with { Outcome = CallOutcome.Unknown });
    }

    [Fact]
    public void A_refusal_must_match_a_requested_revision_below_the_compaction()
    {
        StoreCall compaction = Compact(100, 110, 4);

        Convict(compaction, RefusedRead(120, 130, 4, 4));
        Convict(compaction, RefusedRead(120, 130, 3, 4) with
        {
            Operation = Op.Range("a", new RangeOptions { Revision = 5 }),
        });
        Acquit(compaction, RefusedRead(120, 130, 3, 4) with
        {
            Operation = Op.Txn(Txn.Do(Op.Put("b", "1"), Op.Range("a", new RangeOptions { Revision = 3 }))),
        });
    }

    [Fact]
    public void A_refusal_shows_the_newest_compaction()
    {
        StoreCall[] compactions = [Compact(100, 110, 3), Compact(120, 130, 4)];

        Convict([.. compactions, RefusedRead(140, 150, 2, 3)]);
        Acquit([.. compactions, RefusedRead(125, 150, 2, 3)]);
        Acquit([.. compactions, RefusedRead(140, 150, 2, 4)]);
    }

    [Fact]
    public void A_compaction_advances_or_is_refused()
    {
        StoreCall first = Compact(100, 110, 4);

        Convict(first, Compact(120, 130, 3));
        Convict(first, Compact(105, 130, 4));
        Acquit(first, Compact(105, 130, 3));
        Acquit(first, Compact(120, 130, 5));
        Acquit(first, RefusedCompaction(120, 130, 3, 4), RefusedCompaction(120, 130, 4, 4));
        Convict(first, RefusedCompaction(120, 130, 5, 4));
    }

    [Fact]
    public void A_compaction_after_a_refusal_goes_beyond_it()
    {
        StoreCall lost = Compact(90, 0, 4) with { Outcome = CallOutcome.Unknown };

        Convict(lost, RefusedRead(100, 110, 2, 4), Compact(120, 130, 3));
        Acquit(lost, RefusedRead(100, 110, 2, 4), Compact(120, 130, 5));
    }

    [Fact]
    public void A_compaction_shows_that_its_revision_was_made()
    {
        Acquit(Put(100, 200, "b", "1", 6), Compact(110, 120, 6));
        Assert.Equal(ViolationKind.RealTimeOrder, Check(Compact(110, 120, 6), Put(121, 200, "b", "1", 6))?.Kind);
        Assert.Equal(ViolationKind.UnexplainedRevision, Check(Compact(110, 120, 6))?.Kind);
        Acquit(Lost(100, Op.Put("b", "1")), Compact(110, 120, 6));
        Assert.Equal(
            ViolationKind.RealTimeOrder,
            Check(Put(100, 200, "b", "1", 6), Compact(110, 120, 6), Range(121, 130, "b", 5))?.Kind);
    }

    [Fact]
    public void A_compaction_that_is_refused_for_a_future_revision_shows_the_newest()
    {
        StoreCall refused = Compact(120, 130, 9) with
        {
            Outcome = CallOutcome.Failed,
            Refusal = RevisionRefusal.Of(new FutureRevisionException(9, 4)),
        };

        Assert.Equal(ViolationKind.RealTimeOrder, Check(refused)?.Kind);
        Acquit(refused with { Refusal = RevisionRefusal.Of(new FutureRevisionException(9, 5)) });
    }

    [Fact]
    public void A_serializable_read_may_miss_a_compaction_but_its_session_does_not_forget_it()
    {
        StoreCall compaction = Compact(100, 110, 4);
        StoreCall stale = Serializable(Past(140, 150, 3), "2/1");
        StoreCall refused = Serializable(RefusedRead(120, 130, 3, 4), "2/1");

        Acquit(compaction, stale);
        Convict(compaction, refused, stale);
        Acquit(compaction, refused, stale with { Session = "2/2" });
        Convict(compaction with { Session = "2/1" }, stale);
    }

    [Fact]
    public void What_a_serializable_refusal_shows_binds_linearizable_reads()
    {
        StoreCall lost = Compact(90, 0, 4) with { Outcome = CallOutcome.Unknown };

        Convict(lost, Serializable(RefusedRead(100, 110, 3, 4), ""), Past(120, 130, 3));
    }

    [Fact]
    public void A_store_may_have_been_compacted_before_its_history_began()
    {
        StoreHistory history = new() { InitialRevision = 50, Calls = [RefusedRead(10, 20, 30, 40)] };

        Assert.Equal(Verdict.Linearizable, LinearizabilityChecker.Check(history).Verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Compactions_and_reads_of_a_correct_store_that_overlap_are_never_accused(int seed)
    {
        Random random = new(seed);
        for (int history = 0; history < 300; history++)
        {
            StoreCall[] calls = RandomHistory(random);
            Assert.True(Check(calls) is null, string.Join(Environment.NewLine, calls.AsEnumerable()));
        }
    }

    // Calls take effect one by one, each somewhere between its start and its return; those of unknown outcome at any
    // time after their start, or never.
    private static StoreCall[] RandomHistory(Random random)
    {
        const int Calls = 12;
        (long At, StoreCall Call)[] effects = new (long, StoreCall)[Calls];
        for (int i = 0; i < Calls; i++)
        {
            long from = 100 + random.Next(40);
            long at = from + random.Next(10);
            long revision = random.Next(2, 7);
            StoreCall call = random.Next(2) == 0 ? Compact(from, at + random.Next(10), revision)
                : Past(from, at + random.Next(10), Math.Min(revision, 5));
            effects[i] = call.IsCompaction && random.Next(4) == 0
                ? (random.Next(3) == 0 ? long.MaxValue : from + random.Next(100), call with
                {
                    Outcome = CallOutcome.Unknown,
                    ReturnedAt = 0,
                })
                : (at, call);
        }

        long compacted = 0;
        List<StoreCall> calls = [];
        foreach ((long at, StoreCall call) in effects.OrderBy(effect => effect.At))
        {
            calls.Add(call.Outcome == CallOutcome.Unknown ? call : WithAnswer(call, compacted));
            bool takesEffect = call.IsCompaction && at < long.MaxValue && call.CompactRevision <= 5;
            compacted = takesEffect ? Math.Max(compacted, call.CompactRevision) : compacted;
        }

        return [.. calls];
    }

    private static StoreCall WithAnswer(StoreCall call, long compacted)
    {
        long revision = call.Operation is RangeOperation read ? read.Options.Revision : call.CompactRevision;
        Exception? refusal = revision > 5 ? new FutureRevisionException(revision, 5)
            : revision < compacted || (call.IsCompaction && revision == compacted)
                ? new CompactedException(revision, compacted)
                : null;
        return refusal is null ? call : call with
        {
            Outcome = CallOutcome.Failed,
            Result = null,
            Refusal = RevisionRefusal.Of(refusal),
        };
    }

    private static StoreCall Compact(long from, long to, long revision) => new()
    {
        Client = 9,
        InvokedAt = from,
        ReturnedAt = to,
        CompactRevision = revision,
        Outcome = CallOutcome.Succeeded,
    };

    private static StoreCall RefusedCompaction(long from, long to, long revision, long compacted) =>
        Compact(from, to, revision) with
        {
            Outcome = CallOutcome.Failed,
            Refusal = RevisionRefusal.Of(new CompactedException(revision, compacted)),
        };

    private static StoreCall RefusedRead(long from, long to, long revision, long compacted) => new()
    {
        Client = 1,
        InvokedAt = from,
        ReturnedAt = to,
        Operation = Op.Range("a", new RangeOptions { Revision = revision }),
        Outcome = CallOutcome.Failed,
        Refusal = RevisionRefusal.Of(new CompactedException(revision, compacted)),
    };

    private static StoreCall Past(long from, long to, long revision) => Succeeded(
        from, to,
            Op.Range("a", new RangeOptions { Revision = revision }),
            new RangeOperationResult(new RangeResult([ItemAt(revision)], 1, false, 5)));

    private static StoreCall PastGet(long from, long to, long revision) => Succeeded(
        from, to,
            Op.Range("a", new RangeOptions { Revision = revision }),
            new RangeOperationResult(new RangeResult([ItemAt(revision)], 1, false, 0)));

    private static StoreCall PastInTxn(long from, long to, long revision) => Transaction(
        from, to,
            Txn.Do(Op.Range("a", new RangeOptions { Revision = revision })), true, 5,
            new RangeOperationResult(new RangeResult([ItemAt(revision)], 1, false, 5)));

    private static StoreCall Serializable(StoreCall read, string session)
    {
        RangeOperation operation = (RangeOperation)read.Operation!;
        return read with
        {
            Session = session,
            Operation = Op.Range(
                operation.Range, operation.Options with { Consistency = Consistency.Serializable }),
        };
    }

    private static KeyValue ItemAt(long revision) => Item("a", $"{revision - 1}", 2, revision, revision - 1);

    private static bool SameCall(StoreCall left, StoreCall right) => left.ToString() == right.ToString();

    private static Violation? Check(params StoreCall[] calls)
    {
        CheckResult result = LinearizabilityChecker.Check(Calls([.. Writes, .. calls]));
        Assert.Equal(result.Violation is null, result.Verdict == Verdict.Linearizable);
        return result.Violation;
    }

    private static void Acquit(params StoreCall[] calls) => Assert.Null(Check(calls));

    private static Violation Convict(params StoreCall[] calls)
    {
        Violation? violation = Check(calls);
        Assert.Equal(ViolationKind.Compaction, violation?.Kind);
        return violation!;
    }
}
