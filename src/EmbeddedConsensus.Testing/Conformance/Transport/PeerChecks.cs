using EmbeddedConsensus.Transport;
using static EmbeddedConsensus.Testing.ConformanceException;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Peers that are unknown, dead, restarted, moved, removed, or of another cluster.</summary>
internal static class PeerChecks
{
    public static async Task A_message_to_an_unknown_peer_is_refused(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        ITransport transport = members[0].Transport;
        Require(
            !transport.TrySend(SampleMessages.Heartbeat(members[0].Id, new MemberId(99), 1)),
            "TrySend took a message for a member that SetPeers did not name.");
        Require(
            transport.TrySend(SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1)),
            "TrySend refused a message for a member that SetPeers named.");
    }

    public static async Task A_dead_peer_does_not_hold_up_the_others(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(3).ConfigureAwait(false);
        await members[1].Transport.DisposeAsync().ConfigureAwait(false);
        for (ulong i = 0; i < 20_000; i++)
        {
            members[0].Transport.TrySend(SampleMessages.Append(members[0].Id, members[1].Id, 1, 100, i));
            members[0].Transport.Flush();
        }

        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[2].Id, 5),
            members[2],
            "A heartbeat to a live member").ConfigureAwait(false);
    }

    public static async Task A_lost_peer_is_reported_unreachable(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1), members[1], "A heartbeat").ConfigureAwait(false);
        int before = members[0].Receiver.UnreachableCount(members[1].Id);
        await members[1].Transport.DisposeAsync().ConfigureAwait(false);
        await members[0].SendUntilUnreachableAsync(members[1].Id, before + 1).ConfigureAwait(false);
    }

    public static async Task A_peer_that_restarts_is_reached_again(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        for (ulong restart = 1; restart <= 3; restart++)
        {
            await members[1].Transport.DisposeAsync().ConfigureAwait(false);
            members[1] = await cluster.StartAsync(2).ConfigureAwait(false);
            cluster.Introduce(members[1], members[0]);
            await members[0].SendUntilReceivedAsync(
                SampleMessages.Heartbeat(members[0].Id, members[1].Id, restart),
                members[1],
                "A heartbeat to a restarted member").ConfigureAwait(false);
            await members[1].SendUntilReceivedAsync(
                SampleMessages.Heartbeat(members[1].Id, members[0].Id, restart),
                members[0],
                "A heartbeat of a restarted member").ConfigureAwait(false);
        }
    }

    public static async Task A_peer_that_moves_is_reached_at_its_new_address(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1), members[1], "A heartbeat").ConfigureAwait(false);
        await members[1].Transport.DisposeAsync().ConfigureAwait(false);
        members[1] = await cluster.StartAsync(2, atNewAddress: true).ConfigureAwait(false);
        cluster.Introduce(members[1], members[0]);
        cluster.Introduce(members[0], members[1]);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 2),
            members[1],
            "A heartbeat to a member at its new address").ConfigureAwait(false);
    }

    public static async Task A_peer_that_is_taken_out_is_sent_nothing_more(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(3).ConfigureAwait(false);
        cluster.Introduce(members[0], members[2]);
        Require(
            !members[0].Transport.TrySend(SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1)),
            "TrySend took a message for a member that SetPeers has taken out.");
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[2].Id, 2),
            members[2],
            "A heartbeat to a member that stayed").ConfigureAwait(false);
        cluster.Introduce(members[0], members);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 3),
            members[1],
            "A heartbeat to a member that came back").ConfigureAwait(false);
        Require(
            members[1].Receiver.Messages.All(message => message.Context == 3),
            "The message that was refused arrived nevertheless.");
    }

    public static async Task A_message_of_another_cluster_is_never_delivered(ConformanceCluster cluster)
    {
        ConformanceMember ours = await cluster.StartAsync(1).ConfigureAwait(false);
        ConformanceMember friend = await cluster.StartAsync(2).ConfigureAwait(false);
        ConformanceMember stranger = await cluster.StartAsync(3, ConformanceCluster.OtherClusterId)
            .ConfigureAwait(false);
        cluster.Introduce(ours, friend, stranger);
        cluster.Introduce(friend, ours);
        cluster.Introduce(stranger, ours);
        await ours.SendUntilUnreachableAsync(stranger.Id, 2).ConfigureAwait(false);
        await stranger.SendUntilUnreachableAsync(ours.Id, 2).ConfigureAwait(false);
        await ours.SendUntilReceivedAsync(
            SampleMessages.Heartbeat(ours.Id, friend.Id, 1), friend, "A heartbeat within the cluster")
            .ConfigureAwait(false);
        Require(stranger.Receiver.Messages.Count == 0, "A member of another cluster was given a message.");
        Require(ours.Receiver.Messages.Count == 0, "A message of another cluster's member was delivered.");
    }

    public static async Task A_message_for_another_member_is_never_delivered(ConformanceCluster cluster)
    {
        ConformanceMember sender = await cluster.StartAsync(1).ConfigureAwait(false);
        ConformanceMember target = await cluster.StartAsync(2).ConfigureAwait(false);
        var absent = new MemberId(3);
        cluster.Introduce(target, sender);
        sender.Transport.SetPeers(
            [cluster.PeerOf(target.Id), new MemberEndpoint(absent, cluster.PeerOf(target.Id).Address)]);
        await sender.SendUntilUnreachableAsync(absent, 2).ConfigureAwait(false);
        await sender.SendUntilReceivedAsync(
            SampleMessages.Heartbeat(sender.Id, target.Id, 1), target, "A heartbeat").ConfigureAwait(false);
        Require(
            target.Receiver.Messages.All(message => message.To == target.Id),
            "A message for another member was delivered.");
    }
}
