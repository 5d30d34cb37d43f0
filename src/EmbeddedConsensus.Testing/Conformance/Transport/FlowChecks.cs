using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using static EmbeddedConsensus.Testing.ConformanceException;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Bounded queues, lanes that do not hold each other up, and disposal.</summary>
internal static class FlowChecks
{
    private const int MessageBytes = 64 * 1024;

    public static async Task A_full_queue_refuses_and_does_not_block(ConformanceCluster cluster)
    {
        const long Limit = 256L * 1024 * 1024;
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        members[1].Receiver.Hold(TransportLane.Consensus);
        RaftMessage message = SampleMessages.Append(members[0].Id, members[1].Id, 1, MessageBytes);
        await members[0].SendUntilReceivedAsync(message, members[1], "The first message").ConfigureAwait(false);

        bool refused = false;
        for (long sent = 0; sent < Limit && !refused; sent += MessageBytes)
        {
            refused = !members[0].Transport.TrySend(message);
            members[0].Transport.Flush();
        }

        Require(refused, $"TrySend took {Limit} bytes for a peer that takes nothing: its queue has no bound.");
        members[1].Receiver.Release(TransportLane.Consensus);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1),
            members[1],
            "A heartbeat after the receiver has room again").ConfigureAwait(false);
    }

    public static async Task A_held_snapshot_lane_does_not_delay_the_consensus_lane(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        members[1].Receiver.Hold(TransportLane.Snapshot);
        RaftMessage chunk = SampleMessages.Snapshot(members[0].Id, members[1].Id, MessageBytes, 1);
        await members[0].SendUntilReceivedAsync(chunk, members[1], "The first chunk").ConfigureAwait(false);
        for (ulong i = 2; members[0].Transport.TrySend(chunk with { Context = i }) && i < 4096; i++)
        {
            members[0].Transport.Flush();
        }

        for (ulong i = 1; i <= 20; i++)
        {
            await members[0].SendUntilReceivedAsync(
                SampleMessages.Heartbeat(members[0].Id, members[1].Id, i),
                members[1],
                "A heartbeat beside a held snapshot lane").ConfigureAwait(false);
        }

        Require(
            members[1].Receiver.Messages.Count(message => message.Type == RaftMessageType.SnapshotChunk) == 1,
            "The snapshot lane went on while its receiver had no room.");
        members[1].Receiver.Release(TransportLane.Snapshot);
        await members[1].ExpectAsync(
            receiver => receiver.Messages.Any(
                message => message is { Type: RaftMessageType.SnapshotChunk, Context: 2 }),
            "The arrival of the second chunk").ConfigureAwait(false);
    }

    public static async Task A_receiver_without_room_is_given_nothing_more_on_that_lane(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(3).ConfigureAwait(false);
        ConformanceMember target = members[2];
        target.Receiver.Hold(TransportLane.Consensus);
        foreach (ConformanceMember sender in members[..2])
        {
            await sender.SendUntilReceivedAsync(
                SampleMessages.Heartbeat(sender.Id, target.Id, 1), target, "The first heartbeat").ConfigureAwait(false);
            for (ulong i = 2; i <= 100; i++)
            {
                sender.Transport.TrySend(SampleMessages.Heartbeat(sender.Id, target.Id, i));
                sender.Transport.Flush();
            }

            // What takes another way, and was sent later, has arrived: the rest had the time to.
            await sender.SendUntilReceivedAsync(
                SampleMessages.Snapshot(sender.Id, target.Id, 10), target, "A chunk").ConfigureAwait(false);
        }

        Require(
            target.Receiver.Messages.Count(message => message.Type == RaftMessageType.Heartbeat) == 2,
            "A second message was delivered from a peer whose first one was still being taken.");
        target.Receiver.Release(TransportLane.Consensus);
        await target.ExpectAsync(
            receiver => receiver.Messages.Count(message => message.Context == 2) == 2,
            "The arrival of the second heartbeat").ConfigureAwait(false);
    }

    public static async Task Disposal_does_not_wait_for_a_receiver_without_room(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        members[1].Receiver.Hold(TransportLane.Consensus);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1), members[1], "A heartbeat").ConfigureAwait(false);
        foreach (ConformanceMember member in members)
        {
            await DisposeInTimeAsync(member.Transport).ConfigureAwait(false);
        }
    }

    public static async Task Disposal_may_come_twice_and_before_the_start(ConformanceCluster cluster)
    {
        ITransport unstarted = cluster.Create(7);
        await DisposeInTimeAsync(unstarted).ConfigureAwait(false);
        await DisposeInTimeAsync(unstarted).ConfigureAwait(false);
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        await Task.WhenAll(DisposeInTimeAsync(members[0].Transport), DisposeInTimeAsync(members[0].Transport))
            .ConfigureAwait(false);
        await DisposeInTimeAsync(members[0].Transport).ConfigureAwait(false);
    }

    public static async Task Nothing_is_delivered_or_taken_after_disposal(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1), members[1], "A heartbeat").ConfigureAwait(false);
        await DisposeInTimeAsync(members[1].Transport).ConfigureAwait(false);
        int delivered = members[1].Receiver.Messages.Count;
        int before = members[0].Receiver.UnreachableCount(members[1].Id);
        await members[0].SendUntilUnreachableAsync(members[1].Id, before + 1).ConfigureAwait(false);
        Require(members[1].Receiver.Messages.Count == delivered, "A message was delivered after disposal.");

        await DisposeInTimeAsync(members[0].Transport).ConfigureAwait(false);
        Require(
            !members[0].Transport.TrySend(SampleMessages.Heartbeat(members[0].Id, members[1].Id, 2)),
            "A disposed transport took a message.");
        members[0].Transport.Flush();
    }

    private static async Task DisposeInTimeAsync(ITransport transport)
    {
        try
        {
            await transport.DisposeAsync().AsTask().WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new ConformanceException(
                $"DisposeAsync did not complete within {ConformanceMember.Deadline.TotalSeconds} s.");
        }
    }
}
