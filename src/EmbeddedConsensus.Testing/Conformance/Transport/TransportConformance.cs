namespace EmbeddedConsensus.Testing.Transport;

/// <summary>
/// What every <see cref="EmbeddedConsensus.Transport.ITransport"/> must do. Whoever writes a transport runs all of it,
/// from any test framework: <c>foreach (var check in TransportConformance.Checks) await check.RunAsync(() => new
/// MyNetwork());</c>
/// </summary>
public static partial class TransportConformance
{
    /// <summary>The checks, in the order in which they are best read.</summary>
    public static IReadOnlyList<ConformanceCheck<ITransportConformanceNetwork>> Checks { get; } =
    [
        Check(Every_type_of_message_arrives_whole_and_unchanged),
        Check(Large_messages_arrive_whole_and_unchanged),
        Check(Many_messages_arrive_and_none_is_invented),
        Check(The_sender_may_reuse_its_list_of_entries),
        Check(A_message_to_an_unknown_peer_is_refused),
        Check(A_full_queue_refuses_and_does_not_block),
        Check(A_dead_peer_does_not_hold_up_the_others),
        Check(A_lost_peer_is_reported_unreachable),
        Check(A_peer_that_restarts_is_reached_again),
        Check(A_peer_that_moves_is_reached_at_its_new_address),
        Check(A_peer_that_is_taken_out_is_sent_nothing_more),
        Check(A_message_of_another_cluster_is_never_delivered),
        Check(A_message_for_another_member_is_never_delivered),
        Check(A_held_snapshot_lane_does_not_delay_the_consensus_lane),
        Check(A_receiver_without_room_is_given_nothing_more_on_that_lane),
        Check(A_request_is_answered_by_whoever_listens_there),
        Check(A_request_needs_no_peers_and_no_id),
        Check(A_request_reaches_a_member_at_its_new_address),
        Check(A_request_as_long_as_may_be_is_answered_and_a_longer_one_refused),
        Check(A_request_to_nobody_fails),
        Check(A_request_to_another_cluster_is_refused),
        Check(A_request_that_the_receiver_fails_tells_why),
        Check(A_request_can_be_cancelled),
        Check(Requests_at_a_time_are_bounded),
        Check(Requests_do_not_wait_behind_each_other_or_behind_messages),
        Check(Disposal_ends_the_requests_of_both_sides),
        Check(Disposal_does_not_wait_for_a_receiver_without_room),
        Check(Disposal_may_come_twice_and_before_the_start),
        Check(Nothing_is_delivered_or_taken_after_disposal),
    ];

    /// <summary>The check of a name.</summary>
    /// <param name="name">The name.</param>
    public static ConformanceCheck<ITransportConformanceNetwork> Find(string name) =>
        Checks.Single(check => check.Name == name);

    private static ConformanceCheck<ITransportConformanceNetwork> Check(Func<ConformanceCluster, Task> run) =>
        new(run.Method.Name, run.Method.Name.Replace('_', ' '), network => RunAsync(run, network));

    private static async Task RunAsync(Func<ConformanceCluster, Task> run, ITransportConformanceNetwork network)
    {
        ConformanceCluster cluster = new(network);
        await using (cluster.ConfigureAwait(false))
        {
            await run(cluster).ConfigureAwait(false);
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ConformanceException(otherwise);
        }
    }
}
