using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;
using static EmbeddedConsensus.Testing.ConformanceException;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Messages arrive whole, unchanged, and only if they were sent.</summary>
internal static class DeliveryChecks
{
    public static async Task Every_type_of_message_arrives_whole_and_unchanged(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        RaftMessage[] sent = [.. SampleMessages.OfEveryType(members[0].Id, members[1].Id)];
        foreach (RaftMessage message in sent)
        {
            await members[0].SendUntilReceivedAsync(message, members[1], $"A message of type {message.Type}")
                .ConfigureAwait(false);
        }

        RequireOnly(members[1], sent);
    }

    public static async Task Large_messages_arrive_whole_and_unchanged(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        RaftMessage manyEntries = SampleMessages.Append(members[0].Id, members[1].Id, 4000, 200);
        RaftMessage oneEntry = SampleMessages.Append(members[0].Id, members[1].Id, 1, 1_000_000);
        RaftMessage chunk = SampleMessages.Snapshot(members[0].Id, members[1].Id, 1_000_000);
        await members[0].SendUntilReceivedAsync(manyEntries, members[1], "4,000 entries").ConfigureAwait(false);
        await members[0].SendUntilReceivedAsync(oneEntry, members[1], "An entry of 1 MB").ConfigureAwait(false);
        await members[0].SendUntilReceivedAsync(chunk, members[1], "A chunk of 1 MB").ConfigureAwait(false);
        RequireOnly(members[1], manyEntries, oneEntry, chunk);
    }

    public static async Task Many_messages_arrive_and_none_is_invented(ConformanceCluster cluster)
    {
        const int Count = 3000;
        ConformanceMember[] members = await cluster.StartAllAsync(3).ConfigureAwait(false);
        ConformanceMember target = members[2];
        var messages = new Dictionary<(MemberId From, ulong Context), RaftMessage>();
        for (int i = 0; i < Count; i++)
        {
            MemberId from = members[i % 2].Id;
            messages.Add((from, (ulong)i), SampleMessages.Append(from, target.Id, i % 4, i % 700, (ulong)i));
        }

        for (int round = 0; round < 100 && messages.Count > Received().Count; round++)
        {
            HashSet<(MemberId From, ulong Context)> received = Received();
            foreach (((MemberId From, ulong Context) key, RaftMessage message) in messages)
            {
                if (!received.Contains(key))
                {
                    ITransport sender = members[(int)key.From.Value - 1].Transport;
                    sender.TrySend(message);
                    sender.Flush();
                }
            }

            await target.Receiver.WaitForAsync(_ => Received().Count == Count, TimeSpan.FromSeconds(1))
                .ConfigureAwait(false);
        }

        Require(Received().Count == Count, $"Only {Received().Count} of {Count} messages arrived in 100 rounds.");
        foreach (RaftMessage message in target.Receiver.Messages)
        {
            Require(
                messages.TryGetValue((message.From, message.Context), out RaftMessage sent)
                    && RaftMessageEquality.ContentEquals(message, sent),
                $"Message {message.Context} from member {message.From} was not sent like that.");
        }

        HashSet<(MemberId From, ulong Context)> Received() =>
            [.. target.Receiver.Messages.Select(message => (message.From, message.Context))];
    }

    public static async Task The_sender_may_reuse_its_list_of_entries(ConformanceCluster cluster)
    {
        ConformanceMember[] members = await cluster.StartAllAsync(2).ConfigureAwait(false);
        RaftMessage message = SampleMessages.Append(members[0].Id, members[1].Id, 3, 10);
        await members[0].SendUntilReceivedAsync(
            SampleMessages.Heartbeat(members[0].Id, members[1].Id, 1), members[1], "A heartbeat").ConfigureAwait(false);

        LogEntry[] reused = message.Entries.ToArray();
        bool taken = members[0].Transport.TrySend(message with { Entries = reused });
        Array.Clear(reused);
        members[0].Transport.Flush();
        Require(taken, "A message to a connected peer was refused.");
        await members[1].ExpectAsync(
            receiver => receiver.Messages.Any(received => received.Type == RaftMessageType.Append),
            "The arrival of the append").ConfigureAwait(false);
        Require(
            members[1].Receiver.Messages.Any(received => RaftMessageEquality.ContentEquals(received, message)),
            "The message shows what the sender did to its list after TrySend.");
    }

    private static void RequireOnly(ConformanceMember member, params RaftMessage[] sent)
    {
        foreach (RaftMessage message in member.Receiver.Messages)
        {
            Require(
                Array.Exists(sent, other => RaftMessageEquality.ContentEquals(message, other)),
                $"A message of type {message.Type} was delivered that was never sent.");
        }
    }
}
