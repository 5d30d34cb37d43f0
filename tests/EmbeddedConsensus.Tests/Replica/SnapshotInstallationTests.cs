using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>The order of what is done with a snapshot from the leader.</summary>
public sealed class SnapshotInstallationTests
{
    private readonly SnapshotInstallation _installation = new();

    [Fact]
    public void The_older_ones_go_and_consensus_hears_of_it_only_after_the_new_one_is_loaded()
    {
        Assert.Equal([SnapshotAction.OpenWriter], Run(SnapshotReceiveEffectKind.Begin));
        Assert.Equal(
            [SnapshotAction.WriteChunk, SnapshotAction.ReportWritten], Run(SnapshotReceiveEffectKind.Write));
        Assert.Equal(
            [
                SnapshotAction.Publish, SnapshotAction.CloseWriter, SnapshotAction.Load, SnapshotAction.DeleteOlder,
                SnapshotAction.ReportPublished,
            ],
            Run(SnapshotReceiveEffectKind.Publish));
        Assert.Equal([SnapshotAction.Restore], Run(SnapshotReceiveEffectKind.Restore));
        Assert.Empty(Run(_installation.Close()));
    }

    [Fact]
    [Trait("Scenario", "39")]
    public void One_that_cannot_be_loaded_is_deleted_and_nothing_but_clean_up_follows()
    {
        Run(SnapshotReceiveEffectKind.Begin);
        Assert.Equal(SnapshotAction.Publish, _installation.Begin(SnapshotReceiveEffectKind.Publish));
        Assert.Equal(SnapshotAction.CloseWriter, _installation.Completed());
        Assert.Equal(SnapshotAction.Load, _installation.Completed());

        Assert.Equal(SnapshotAction.DeleteUnreadable, _installation.Failed());
        Assert.Equal(
            [SnapshotAction.DeleteUnreadable, SnapshotAction.ReportFailure], Run(SnapshotAction.DeleteUnreadable));
        Assert.Empty(Run(SnapshotReceiveEffectKind.Begin));
        Assert.Empty(Run(SnapshotReceiveEffectKind.Restore));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "38")]
    public void A_failure_before_the_publication_leaves_the_older_snapshot_alone(bool writes)
    {
        Run(SnapshotReceiveEffectKind.Begin);
        _installation.Begin(writes ? SnapshotReceiveEffectKind.Write : SnapshotReceiveEffectKind.Begin);

        Assert.Equal([SnapshotAction.ReportFailure], Run(_installation.Failed()));
        Assert.Equal([SnapshotAction.CloseWriter], Run(_installation.Close()));
    }

    [Fact]
    public void An_aborted_snapshot_leaves_neither_a_writer_nor_a_loaded_state()
    {
        Run(SnapshotReceiveEffectKind.Begin);
        Assert.Equal([SnapshotAction.CloseWriter], Run(SnapshotReceiveEffectKind.Abort));
        Run(SnapshotReceiveEffectKind.Begin);
        Run(SnapshotReceiveEffectKind.Publish);
        Assert.Equal([SnapshotAction.DiscardLoaded], Run(SnapshotReceiveEffectKind.Abort));
        Assert.Throws<InvariantViolationException>(() => _installation.Begin(SnapshotReceiveEffectKind.Restore));
    }

    [Fact]
    public void A_second_snapshot_takes_the_place_of_an_unfinished_one_and_of_a_loaded_one()
    {
        Run(SnapshotReceiveEffectKind.Begin);
        Assert.Equal([SnapshotAction.CloseWriter, SnapshotAction.OpenWriter], Run(SnapshotReceiveEffectKind.Begin));
        Run(SnapshotReceiveEffectKind.Publish);
        Run(SnapshotReceiveEffectKind.Begin);
        Assert.Contains(SnapshotAction.DiscardLoaded, Run(SnapshotReceiveEffectKind.Publish));
    }

    [Fact]
    public void A_step_begins_only_after_the_one_before_it()
    {
        _installation.Begin(SnapshotReceiveEffectKind.Begin);
        Assert.Throws<InvariantViolationException>(() => _installation.Begin(SnapshotReceiveEffectKind.Write));
    }

    private List<SnapshotAction> Run(SnapshotReceiveEffectKind step) => Run(_installation.Begin(step));

    private List<SnapshotAction> Run(SnapshotAction first)
    {
        List<SnapshotAction> actions = [];
        for (SnapshotAction action = first; action != SnapshotAction.None; action = _installation.Completed())
        {
            actions.Add(action);
        }

        return actions;
    }
}
