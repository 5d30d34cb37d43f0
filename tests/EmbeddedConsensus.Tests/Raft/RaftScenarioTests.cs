namespace EmbeddedConsensus.Tests.Raft;

/// <summary>The situations that the Raft core alone has to survive, each by the scripts that name its number.</summary>
public sealed class RaftScenarioTests
{
    [Fact]
    [Trait("Scenario", "1")]
    public void A_vote_that_was_answered_survives_a_crash() => RunScriptsOf(1);

    [Fact]
    [Trait("Scenario", "2")]
    public void An_append_is_not_acknowledged_before_it_is_durable() => RunScriptsOf(2);

    [Fact]
    [Trait("Scenario", "3")]
    public void A_single_member_does_not_commit_before_its_own_write() => RunScriptsOf(3);

    [Fact]
    [Trait("Scenario", "4")]
    public void Entries_of_an_older_term_are_not_committed_by_counting() => RunScriptsOf(4);

    [Fact]
    [Trait("Scenario", "5")]
    public void A_write_that_was_overridden_does_not_make_its_successor_durable() => RunScriptsOf(5);

    [Fact]
    [Trait("Scenario", "6")]
    public void A_read_waits_for_the_first_commit_of_the_term_and_is_sent_again() => RunScriptsOf(6);

    [Fact]
    [Trait("Scenario", "7")]
    public void A_read_that_races_a_leader_change_fails() => RunScriptsOf(7);

    [Fact]
    [Trait("Scenario", "8")]
    public void A_delayed_heartbeat_answer_does_not_confirm_a_later_read() => RunScriptsOf(8);

    [Fact]
    [Trait("Scenario", "9")]
    public void A_lease_lasts_no_longer_than_what_a_majority_has_promised() => RunScriptsOf(9);

    [Fact]
    [Trait("Scenario", "10")]
    public void Delayed_appends_change_nothing_and_a_truncation_below_commit_stops() => RunScriptsOf(10);

    [Fact]
    [Trait("Scenario", "11")]
    public void A_snapshot_behind_a_pending_one_waits_for_it() => RunScriptsOf(11);

    [Fact]
    [Trait("Scenario", "12")]
    public void Duplicates_and_reordered_messages_change_nothing() => RunScriptsOf(12);

    [Fact]
    [Trait("Scenario", "13")]
    public void Committed_entries_come_in_pages() => RunScriptsOf(13);

    [Fact]
    [Trait("Scenario", "15")]
    public void A_rejoining_member_does_not_depose_a_healthy_leader() => RunScriptsOf(15);

    [Fact]
    [Trait("Scenario", "17")]
    public void A_higher_term_behind_a_live_leader_is_no_deadlock() => RunScriptsOf(17);

    [Fact]
    [Trait("Scenario", "20")]
    public void A_transfer_to_a_dead_lagging_or_learning_member_ends() => RunScriptsOf(20);

    [Fact]
    [Trait("Scenario", "21")]
    public void Lost_messages_do_not_keep_a_window_closed() => RunScriptsOf(21);

    [Fact]
    [Trait("Scenario", "23")]
    public void A_majority_continues_without_the_rest() => RunScriptsOf(23);

    [Fact]
    [Trait("Scenario", "22")]
    public void A_slow_follower_does_not_start_over_forever() => RunScriptsOf(22);

    [Fact]
    [Trait("Scenario", "24")]
    public void A_snapshot_holds_up_no_heartbeats() => RunScriptsOf(24);

    [Fact]
    [Trait("Scenario", "25")]
    public void No_change_before_an_entry_of_the_term_is_committed() => RunScriptsOf(25);

    [Fact]
    [Trait("Scenario", "26")]
    public void Changes_do_not_overlap_and_a_truncated_one_is_taken_back() => RunScriptsOf(26);

    [Fact]
    [Trait("Scenario", "27")]
    public void A_leader_that_crashes_inside_a_joint_configuration_is_followed_by_one_that_leaves_it() =>
        RunScriptsOf(27);

    [Fact]
    [Trait("Scenario", "28")]
    public void A_restart_or_a_snapshot_inside_a_joint_configuration_stays_in_it() => RunScriptsOf(28);

    [Fact]
    [Trait("Scenario", "29")]
    public void A_learner_that_does_not_know_of_its_promotion_votes() => RunScriptsOf(29);

    [Fact]
    [Trait("Scenario", "30")]
    public void A_learner_is_promoted_only_when_it_is_caught_up_and_only_for_good_when_that_is_committed() =>
        RunScriptsOf(30);

    [Fact]
    [Trait("Scenario", "31")]
    public void A_removed_leader_steps_down_a_removed_member_and_one_with_a_lost_disk_are_turned_away() =>
        RunScriptsOf(31);

    [Fact]
    [Trait("Scenario", "32")]
    public void Removal_in_a_cluster_of_two_and_adding_with_one_down_keep_a_majority() => RunScriptsOf(32);

    private static void RunScriptsOf(int scenario)
    {
        List<string> names = [.. RaftScript.Names.Where(name => RaftScript.Scenarios(name).Contains(scenario))];
        Assert.NotEmpty(names);
        names.ForEach(RaftScript.Run);
    }
}
