namespace EmbeddedConsensus.Testing.Transport;

/// <summary>
/// What every <see cref="EmbeddedConsensus.Transport.ITransport"/> must do. The tests of a transport run all of it,
/// from any test framework: <c>foreach (var check in TransportConformance.Checks) await check.RunAsync(() => new
/// MyNetwork());</c>
/// </summary>
public static class TransportConformance
{
    /// <summary>The checks, in the order in which they are best read.</summary>
    public static IReadOnlyList<ConformanceCheck<ITransportConformanceNetwork>> Checks { get; } =
    [
        Check(DeliveryChecks.Every_type_of_message_arrives_whole_and_unchanged),
        Check(DeliveryChecks.Large_messages_arrive_whole_and_unchanged),
        Check(DeliveryChecks.Many_messages_arrive_and_none_is_invented),
        Check(DeliveryChecks.The_sender_may_reuse_its_list_of_entries),
        Check(PeerChecks.A_message_to_an_unknown_peer_is_refused),
        Check(FlowChecks.A_full_queue_refuses_and_does_not_block),
        Check(PeerChecks.A_dead_peer_does_not_hold_up_the_others),
        Check(PeerChecks.A_lost_peer_is_reported_unreachable),
        Check(PeerChecks.A_peer_that_restarts_is_reached_again),
        Check(PeerChecks.A_peer_that_moves_is_reached_at_its_new_address),
        Check(PeerChecks.A_peer_that_is_taken_out_is_sent_nothing_more),
        Check(PeerChecks.A_message_of_another_cluster_is_never_delivered),
        Check(PeerChecks.A_message_for_another_member_is_never_delivered),
        Check(FlowChecks.A_held_snapshot_lane_does_not_delay_the_consensus_lane),
        Check(FlowChecks.A_receiver_without_room_is_given_nothing_more_on_that_lane),
        Check(RequestChecks.A_request_is_answered_by_whoever_listens_there),
        Check(RequestChecks.A_request_needs_no_peers_and_no_id),
        Check(RequestChecks.A_request_reaches_a_member_at_its_new_address),
        Check(RequestChecks.A_request_as_long_as_may_be_is_answered_and_a_longer_one_refused),
        Check(RequestChecks.A_request_to_nobody_fails),
        Check(RequestChecks.A_request_to_another_cluster_is_refused),
        Check(RequestChecks.A_request_that_the_receiver_fails_tells_why),
        Check(RequestChecks.A_request_can_be_cancelled),
        Check(RequestChecks.Requests_at_a_time_are_bounded),
        Check(RequestChecks.Requests_do_not_wait_behind_each_other_or_behind_messages),
        Check(RequestChecks.Disposal_ends_the_requests_of_both_sides),
        Check(FlowChecks.Disposal_does_not_wait_for_a_receiver_without_room),
        Check(FlowChecks.Disposal_may_come_twice_and_before_the_start),
        Check(FlowChecks.Nothing_is_delivered_or_taken_after_disposal),
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
}
