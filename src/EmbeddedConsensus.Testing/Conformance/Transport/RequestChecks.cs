using System.Text;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using static EmbeddedConsensus.Testing.ConformanceException;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Requests and their answers.</summary>
internal static class RequestChecks
{
    public static async Task A_request_is_answered_by_whoever_listens_there(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(3).ConfigureAwait(false);
        foreach (ConformanceMember asker in members)
        {
            foreach (ConformanceMember asked in members.Where(member => member != asker))
            {
                byte[] request = Encoding.UTF8.GetBytes($"{asker.Id} asks {asked.Id}");
                await AskAsync(cluster, asker, asked, request).ConfigureAwait(false);
                Require(
                    asked.Receiver.Requests.Any(other => other.AsSpan().SequenceEqual(request)),
                    $"A request went to another member than the one that listens at the address of {asked.Id}.");
            }
        }
    }

    public static async Task A_request_needs_no_peers_and_no_id(ConformanceCluster cluster)
    {
        ConformanceMember stranger = await cluster.StartAsync(7).ConfigureAwait(false);
        ConformanceMember member = await cluster.StartAsync(1).ConfigureAwait(false);
        await AskAsync(cluster, stranger, member, [1]).ConfigureAwait(false);
        await AskAsync(cluster, stranger, member, []).ConfigureAwait(false);
        Require(member.Receiver.Requests.Count == 2, "An empty request was not given to the receiver.");
    }

    public static async Task A_request_reaches_a_member_at_its_new_address(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        string before = cluster.PeerOf(members[1].Id).Address;
        await members[1].Transport.DisposeAsync().ConfigureAwait(false);
        members[1] = await cluster.StartAsync(2, atNewAddress: true).ConfigureAwait(false);

        // It announces its address by a request, before any member knows it.
        await AskAsync(cluster, members[1], members[0], [5]).ConfigureAwait(false);
        await AskAsync(cluster, members[0], members[1], [6]).ConfigureAwait(false);
        Require(cluster.PeerOf(members[1].Id).Address != before, "The member was to be found elsewhere than before.");
        cluster.Introduce(members[1], members[0]);
        cluster.Introduce(members[0], members[1]);
        await members[1].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[1].Id, members[0].Id, 1),
            members[0],
            "A heartbeat of a member at its new address").ConfigureAwait(false);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 2),
            members[1],
            "A heartbeat to a member at its new address").ConfigureAwait(false);
    }

    public static async Task A_request_as_long_as_may_be_is_answered_and_a_longer_one_refused(
        ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        byte[] request = new byte[ITransport.MaxRequestBytes];
        new Random(1).NextBytes(request);
        await AskAsync(cluster, members[0], members[1], request).ConfigureAwait(false);
        Exception? refusal = await FailureAsync(
            cluster, members[0], members[1].Id, new byte[ITransport.MaxRequestBytes + 1]).ConfigureAwait(false);
        Require(refusal is ArgumentException, "A request above the limit was not refused with ArgumentException.");
        Require(members[1].Receiver.Requests.Count == 1, "A request above the limit was delivered.");
    }

    public static async Task A_request_to_nobody_fails(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        await members[1].Transport.DisposeAsync().ConfigureAwait(false);
        Exception? failure = await FailureAsync(cluster, members[0], members[1].Id, [1]).ConfigureAwait(false);
        Require(
            failure is TransportException, "A request to an address without a listener did not fail as it should.");
    }

    public static async Task A_request_to_another_cluster_is_refused(ConformanceCluster cluster)
    {
        ConformanceMember ours = await cluster.StartAsync(1).ConfigureAwait(false);
        ConformanceMember stranger = await cluster.StartAsync(2, ConformanceCluster.OtherClusterId)
            .ConfigureAwait(false);
        Exception? failure = await FailureAsync(cluster, ours, stranger.Id, [1]).ConfigureAwait(false);
        Require(failure is TransportException, "A request to a member of another cluster was answered.");
        Require(stranger.Receiver.Requests.Count == 0, "A request of another cluster's member was delivered.");
    }

    public static async Task A_request_that_the_receiver_fails_tells_why(ConformanceCluster cluster)
    {
        const string Reason = "the dog ate it";
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        members[1].Receiver.FailRequests(new InvalidOperationException(Reason));
        Exception? failure = await FailureAsync(cluster, members[0], members[1].Id, [1]).ConfigureAwait(false);
        Require(
            failure is TransportException && failure.Message.Contains(Reason, StringComparison.Ordinal),
            "The asker was not told why the receiver failed.");
        await AskAsync(cluster, members[1], members[0], [1]).ConfigureAwait(false);
    }

    public static async Task A_request_can_be_cancelled(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        members[1].Receiver.HoldRequests();
        using var cancellation = new CancellationTokenSource();
        Task<ReadOnlyMemory<byte>> request = members[0].Transport
            .RequestAsync(cluster.PeerOf(members[1].Id).Address, new byte[] { 1 }, cancellation.Token).AsTask();
        await members[1].ExpectAsync(receiver => receiver.Requests.Count == 1, "A request").ConfigureAwait(false);
        await cancellation.CancelAsync().ConfigureAwait(false);
        try
        {
            await request.WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            members[1].Receiver.ReleaseRequests();
            await AskAsync(cluster, members[0], members[1], [2]).ConfigureAwait(false);
            return;
        }

        throw new ConformanceException("A request whose caller cancelled ended otherwise.");
    }

    public static async Task Requests_at_a_time_are_bounded(ConformanceCluster cluster)
    {
        const int Count = ITransport.MaxConcurrentRequests + 20;
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        string address = cluster.PeerOf(members[1].Id).Address;
        members[1].Receiver.HoldRequests();
        List<Task<ReadOnlyMemory<byte>>> requests = [];
        for (int i = 0; i < Count; i++)
        {
            requests.Add(members[0].Transport.RequestAsync(address, new byte[] { (byte)i }).AsTask());
        }

        for (int turnedAway = 0; turnedAway < Count - ITransport.MaxConcurrentRequests; turnedAway++)
        {
            Task<ReadOnlyMemory<byte>> ended =
                await Task.WhenAny(requests).WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
            Require(
                ended.Exception?.InnerException is TransportException,
                "More requests were given to the receiver than it may be given at a time.");
            requests.Remove(ended);
        }

        Require(
            members[1].Receiver.Requests.Count == ITransport.MaxConcurrentRequests,
            "Fewer requests were given to the receiver than it may be given at a time.");
        members[1].Receiver.ReleaseRequests();
        await Task.WhenAll(requests).WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
        await AskAsync(cluster, members[0], members[1], [1]).ConfigureAwait(false);
    }

    public static async Task Requests_do_not_wait_behind_each_other_or_behind_messages(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        members[1].Receiver.Hold(TransportLane.Consensus);
        RaftMessage heartbeat = SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1);
        await members[0].SendUntilReceivedAsync(heartbeat, members[1], "A heartbeat").ConfigureAwait(false);
        members[1].Receiver.HoldRequests();
        Task<ReadOnlyMemory<byte>> held = members[0].Transport
            .RequestAsync(cluster.PeerOf(members[1].Id).Address, new byte[] { 1 }).AsTask();
        await members[1].ExpectAsync(receiver => receiver.Requests.Count == 1, "A request").ConfigureAwait(false);
        Task<ReadOnlyMemory<byte>> second = members[0].Transport
            .RequestAsync(cluster.PeerOf(members[1].Id).Address, new byte[] { 2 }).AsTask();
        await members[1].ExpectAsync(
            receiver => receiver.Requests.Count == 2, "A request beside one that is held").ConfigureAwait(false);
        members[1].Receiver.ReleaseRequests();
        await Task.WhenAll(held, second).WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
        members[1].Receiver.Release(TransportLane.Consensus);
    }

    public static async Task Disposal_ends_the_requests_of_both_sides(ConformanceCluster cluster)
    {
        foreach (bool asker in new[] { true, false })
        {
            ConformanceMember[] members =
            [
                await cluster.StartAsync(asker ? 1UL : 3UL).ConfigureAwait(false),
                await cluster.StartAsync(asker ? 2UL : 4UL).ConfigureAwait(false),
            ];
            members[1].Receiver.HoldRequests();
            Task<Exception?> request = FailureAsync(cluster, members[0], members[1].Id, [1]);
            await members[1].ExpectAsync(receiver => receiver.Requests.Count == 1, "A request").ConfigureAwait(false);
            await members[asker ? 0 : 1].Transport.DisposeAsync().AsTask().WaitAsync(ConformanceMember.Deadline)
                .ConfigureAwait(false);
            Require(
                await request.WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false)
                    is TransportException or ObjectDisposedException,
                "A request did not fail when a transport was disposed.");
        }
    }

    private static async Task AskAsync(
        ConformanceCluster cluster, ConformanceMember asker, ConformanceMember asked, byte[] request)
    {
        ReadOnlyMemory<byte> answer = await asker.Transport.RequestAsync(cluster.PeerOf(asked.Id).Address, request)
            .AsTask().WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
        Require(
            answer.Span.SequenceEqual(RecordingReceiver.AnswerTo(request)),
            $"The answer to a request of {request.Length} bytes is not the receiver's.");
    }

    private static async Task<Exception?> FailureAsync(
        ConformanceCluster cluster, ConformanceMember asker, MemberId asked, byte[] request)
    {
        try
        {
            await asker.Transport.RequestAsync(cluster.PeerOf(asked).Address, request).AsTask()
                .WaitAsync(ConformanceMember.Deadline).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
            when (exception is ConsensusStoreException or ArgumentException or ObjectDisposedException)
        {
            return exception;
        }
    }
}
