using EmbeddedConsensus.Commands;
using EmbeddedConsensus.StateMachine;

namespace EmbeddedConsensus.Tests.StateMachine;

public sealed class TxnTests : IDisposable
{
    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void An_absent_key_compares_as_zero_in_all_but_its_value()
    {
        Assert.True(_machine.Txn(Txn.If(Compare.Version("x").EqualTo(0))).Succeeded);
        Assert.True(_machine.Txn(Txn.If(Compare.CreateRevision("x").LessThan(1))).Succeeded);
        Assert.True(_machine.Txn(Txn.If(Compare.ModRevision("x").NotEqualTo(1))).Succeeded);
        Assert.False(_machine.Txn(Txn.If(Compare.Version("x").GreaterThan(0))).Succeeded);
        Assert.False(_machine.Txn(Txn.If(Compare.Value("x").EqualTo(""))).Succeeded);
        Assert.False(_machine.Txn(Txn.If(Compare.Value("x").NotEqualTo("1"))).Succeeded);
    }

    [Theory]
    [InlineData("b", true, false, false)]
    [InlineData("a", false, true, false)]
    [InlineData("c", false, false, true)]
    public void Values_compare_byte_by_byte(string operand, bool equal, bool greater, bool less)
    {
        _machine.Put("k", "b");

        Assert.Equal(equal, _machine.Txn(Txn.If(Compare.Value("k").EqualTo(operand))).Succeeded);
        Assert.Equal(!equal, _machine.Txn(Txn.If(Compare.Value("k").NotEqualTo(operand))).Succeeded);
        Assert.Equal(greater, _machine.Txn(Txn.If(Compare.Value("k").GreaterThan(operand))).Succeeded);
        Assert.Equal(less, _machine.Txn(Txn.If(Compare.Value("k").LessThan(operand))).Succeeded);
    }

    [Fact]
    public void A_condition_on_a_range_must_hold_for_every_key_of_it()
    {
        _machine.Put("r/1", "x");
        _machine.Put("r/2", "x");

        Assert.True(_machine.Txn(Txn.If(Compare.Value(KeyRange.Prefix("r/")).EqualTo("x"))).Succeeded);
        _machine.Put("r/3", "y");
        Assert.False(_machine.Txn(Txn.If(Compare.Value(KeyRange.Prefix("r/")).EqualTo("x"))).Succeeded);
    }

    [Fact]
    public void All_changes_of_a_transaction_share_a_revision_and_later_operations_see_them()
    {
        TxnResult result = _machine.Txn(
            Txn.Do(Op.Put("a", "1"), Op.Get("a"), Op.Put("b", "2"), Op.Range(KeyRange.All)));

        Assert.Equal(2, result.Revision);
        KeyValue seen = Assert.Single(result.GetRange(1).Items);
        Assert.Equal("1", seen.Value.ToString());
        Assert.Equal(2, seen.ModRevision);
        Assert.Equal(2, result.GetRange(3).Count);
        Assert.All(_machine.Range(KeyRange.All).Items, item => Assert.Equal(2, item.ModRevision));
    }

    [Fact]
    public void Reading_and_deleting_nothing_make_no_revision()
    {
        _machine.Put("a", "1");

        Assert.Equal(2, _machine.Txn(Txn.Do(Op.Get("a"), Op.Delete("absent"))).Revision);
        Assert.Equal(2, _machine.Delete("absent").Revision);
        Assert.Equal(3, _machine.Put("a", "2").Revision);
    }

    [Fact]
    public void Every_condition_of_the_tree_is_judged_before_anything_runs()
    {
        _machine.Put("a", "0");
        Txn inner = Txn.If(Compare.Value("a").EqualTo("0")).Then(Op.Put("b", "old")).Else(Op.Put("b", "new"));

        TxnResult result = _machine.Txn(Txn.Do(Op.Put("a", "1"), Op.Txn(inner)));

        Assert.True(result.GetTxn(1).Succeeded);
        Assert.Equal("old", _machine.Get("b"));
    }

    [Fact]
    public void Inner_transactions_of_the_branch_that_does_not_run_leave_no_trace()
    {
        Txn inner = Txn.If(Compare.Missing("a")).Then(Op.Put("a", "inner"));
        Txn second = Txn.If(Compare.Exists("a")).Then(Op.Put("b", "wrong")).Else(Op.Put("b", "right"));

        TxnResult result = _machine.Txn(Txn
            .If(Compare.Exists("a"))
            .Then(Op.Txn(inner))
            .Else(Op.Txn(second), Op.Txn(Txn.Do(Op.Get("b")))));

        Assert.False(result.Succeeded);
        Assert.Equal("right", _machine.Get("b"));
        Assert.Null(_machine.Get("a"));
        Assert.Equal("right", result.GetTxn(1).GetKey(0)!.Value.ToString());
        Assert.Equal(result.Revision, result.GetTxn(1).Revision);
    }

    [Fact]
    [Trait("Scenario", "43")]
    [Trait("Scenario", "45")]
    public void A_transaction_that_reads_a_compacted_or_future_revision_is_refused_as_a_whole()
    {
        for (int i = 0; i < 5; i++)
        {
            _machine.Put("a", $"{i}");
        }

        _machine.Compact(4);
        Txn ReadAt(long revision) => Txn.Do(
            Op.Put("b", "half"), Op.Range("a", new RangeOptions { Revision = revision }));

        CompactedException compacted = Assert.Throws<CompactedException>(() => _machine.Txn(ReadAt(3)));
        Assert.Equal(4, compacted.CompactRevision);
        FutureRevisionException future = Assert.Throws<FutureRevisionException>(() => _machine.Txn(ReadAt(7)));
        Assert.Equal(6, future.CurrentRevision);
        Assert.Null(_machine.Get("b"));
        Assert.Equal("2", _machine.Txn(ReadAt(4)).GetKey(1)!.Value.ToString());
    }

    [Fact]
    public void A_read_that_is_refused_on_the_branch_that_does_not_run_does_not_matter()
    {
        TxnResult result = _machine.Txn(Txn
            .If(Compare.Exists("a"))
            .Then(Op.Range("a", new RangeOptions { Revision = 99 }))
            .Else(Op.Put("a", "1")));

        Assert.False(result.Succeeded);
        Assert.Equal("1", _machine.Get("a"));
    }

    [Fact]
    public void Previous_values_come_back_when_asked_for()
    {
        _machine.Put("a", "1");
        _machine.Put("b", "1");

        TxnResult result = _machine.Txn(Txn.Do(
            Op.Put("a", "2", returnPrevious: true),
            Op.Put("c", "2", returnPrevious: true),
            Op.Delete("b", returnPrevious: true)));

        Assert.Equal("1", result.GetPut(0).Previous!.Value.ToString());
        Assert.Null(result.GetPut(1).Previous);
        Assert.Equal("b", Assert.Single(result.GetDelete(2).Previous).Key.ToString());
        Assert.Equal(1, result.GetDelete(2).Deleted);
        Assert.Equal("2", ((KeyValue)_machine.Put("a", "3", returnPrevious: true).Payload!).Value.ToString());
    }

    [Fact]
    [Trait("Scenario", "45")]
    public void A_key_may_not_be_written_twice_on_one_path()
    {
        Txn[] refused =
        [
            Txn.Do(Op.Put("a", "1"), Op.Put("a", "2")),
            Txn.Do(Op.Put("a", "1"), Op.Delete(KeyRange.All)),
            Txn.Do(Op.Delete(KeyRange.Prefix("a")), Op.Put("ab", "2")),
            Txn.Do(Op.Put("a", "1"), Op.Txn(Txn.If(Compare.Exists("b")).Then(Op.Put("a", "2")))),
            Txn.Do(Op.Txn(Txn.Do().Else(Op.Put("a", "2"))), Op.Put("a", "1")),
            Txn.Do(Op.Txn(Txn.Do(Op.Put("a", "1"))), Op.Txn(Txn.Do(Op.Put("a", "2")))),
            Txn.Do(Op.Put("a", "1"), Op.Txn(Txn.Do(Op.Delete("a")))),
        ];
        foreach (Txn txn in refused)
        {
            Assert.Contains("twice", Assert.Throws<InvalidRequestException>(() => _machine.Txn(txn)).Message,
                StringComparison.Ordinal);
        }

        Txn[] allowed =
        [
            Txn.If(Compare.Exists("a")).Then(Op.Put("a", "1")).Else(Op.Put("a", "2")),
            Txn.Do(Op.Txn(Txn.If(Compare.Exists("z")).Then(Op.Put("a", "1")).Else(Op.Put("a", "2"), Op.Put("b", "2")))),
            Txn.Do(Op.Delete("a"), Op.Delete(KeyRange.All), Op.Get("a")),
        ];
        foreach (Txn txn in allowed)
        {
            _machine.Txn(txn);
        }
    }

    [Fact]
    public void Transactions_are_bounded()
    {
        Operation[] many = [.. Enumerable.Range(0, 129).Select(i => Op.Put($"{i}", ""))];
        Assert.Throws<InvalidRequestException>(() => _machine.Txn(Txn.Do(many)));
        _machine.Txn(Txn.Do(many.AsSpan(0, 128)));

        Txn deep = Txn.Do();
        for (int i = 0; i < 16; i++)
        {
            deep = Txn.Do(Op.Txn(deep));
        }

        Assert.Contains("deeper", Assert.Throws<InvalidRequestException>(() => _machine.Txn(deep)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Scenario", "14")]
    public void A_command_that_stands_in_the_log_twice_runs_once()
    {
        byte[] command = _machine.Encode(Op.Put("k", "v"));
        MemberId origin = new(7);

        Assert.NotNull(_machine.TryRun(command, new ProposalId(origin, 1, 2)));
        Assert.Null(_machine.TryRun(command, new ProposalId(origin, 1, 2)));
        Assert.NotNull(_machine.TryRun(command, new ProposalId(origin, 1, 1)));
        Assert.Null(_machine.TryRun(command, new ProposalId(origin, 1, 1)));
        Assert.NotNull(_machine.TryRun(command, new ProposalId(origin, 2, 1)));

        // What an earlier life of the member left on the way comes too late.
        Assert.Null(_machine.TryRun(command, new ProposalId(origin, 1, 3)));
        Assert.Equal(4, _machine.Range("k").Items[0].ModRevision);
    }

    [Fact]
    [Trait("Case", "T14")]
    public void A_member_cannot_be_further_ahead_than_the_window_and_what_is_runs_later()
    {
        byte[] command = _machine.Encode(Op.Put("k", ""));
        MemberId origin = new(7);
        ProposalId ahead = new(origin, 1, ProposalSession.WindowSize + 1);

        Assert.NotNull(_machine.TryRun(command, new ProposalId(origin, 1, ProposalSession.WindowSize)));
        Assert.Null(_machine.TryRun(command, ahead));
        Assert.Equal(1, _machine.State.DroppedCommands);
        Assert.Contains("ahead", _machine.State.FirstFault, StringComparison.Ordinal);

        Assert.NotNull(_machine.TryRun(command, new ProposalId(origin, 1, 1)));
        Assert.NotNull(_machine.TryRun(command, ahead));
        Assert.Equal(1, _machine.State.DroppedCommands);
    }
}
