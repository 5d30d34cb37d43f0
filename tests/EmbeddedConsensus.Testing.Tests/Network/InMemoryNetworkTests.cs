using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Network;
using EmbeddedConsensus.Testing.Transport;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Tests.Network;

public sealed class InMemoryNetworkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly MemberId One = new(1);
    private static readonly MemberId Two = new(2);

    [Fact]
    [Trait("Scenario", "16")]
    public async Task A_link_that_is_cut_one_way_carries_messages_the_other_way_only()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Network.CutOneWay(One, Two);
        pair.SendFromOne(1);
        await ExpectAsync(pair.FirstReceiver, receiver => receiver.UnreachableCount(Two) == 1);
        pair.SendFromTwo(2);
        await ExpectAsync(pair.FirstReceiver, receiver => receiver.Messages.Count == 1);
        Assert.Empty(pair.SecondReceiver.Messages);

        pair.Network.HealOneWay(One, Two);
        pair.SendFromOne(3);
        await ExpectAsync(pair.SecondReceiver, receiver => receiver.Messages.Count == 1);
        Assert.Equal(3UL, pair.SecondReceiver.Messages[0].Context);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_that_is_cut_both_ways_carries_nothing_until_it_is_healed(bool healAll)
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Network.Cut(Two, One);
        pair.SendFromOne(1);
        pair.SendFromTwo(1);
        await ExpectAsync(pair.FirstReceiver, receiver => receiver.UnreachableCount(Two) == 1);
        await ExpectAsync(pair.SecondReceiver, receiver => receiver.UnreachableCount(One) == 1);
        if (healAll)
        {
            pair.Network.HealAll();
        }
        else
        {
            pair.Network.Heal(One, Two);
        }

        pair.SendFromOne(2);
        pair.SendFromTwo(2);
        await ExpectAsync(pair.FirstReceiver, receiver => receiver.Messages.Count == 1);
        await ExpectAsync(pair.SecondReceiver, receiver => receiver.Messages.Count == 1);
        Assert.Equal(2UL, pair.FirstReceiver.Messages[0].Context);
        Assert.Equal(2UL, pair.SecondReceiver.Messages[0].Context);
    }

    [Fact]
    public async Task Nothing_leaves_before_flush()
    {
        await using Pair pair = await Pair.StartAsync();
        Assert.True(pair.First.TrySend(Heartbeat(One, Two, 1)));
        pair.SendFromTwo(2);
        await ExpectAsync(pair.FirstReceiver, receiver => receiver.Messages.Count == 1);
        Assert.Empty(pair.SecondReceiver.Messages);
        pair.First.Flush();
        await ExpectAsync(pair.SecondReceiver, receiver => receiver.Messages.Count == 1);
    }

    [Fact]
    public async Task A_queue_is_bounded_by_messages_and_each_lane_has_its_own()
    {
        await using Pair pair = await Pair.StartAsync(new InMemoryTransportOptions { SendQueueMessages = 3 });
        for (ulong i = 0; i < 3; i++)
        {
            Assert.True(pair.First.TrySend(Heartbeat(One, Two, i)));
        }

        Assert.False(pair.First.TrySend(Heartbeat(One, Two, 4)));
        Assert.True(pair.First.TrySend(Heartbeat(One, Two, 5) with { Type = RaftMessageType.SnapshotChunk }));
        pair.First.Flush();
        await ExpectAsync(pair.SecondReceiver, receiver => receiver.Messages.Count == 4);
        Assert.True(pair.First.TrySend(Heartbeat(One, Two, 6)));
    }

    [Fact]
    public async Task A_queue_is_bounded_by_bytes_but_takes_one_message_of_any_size()
    {
        await using Pair pair = await Pair.StartAsync(new InMemoryTransportOptions { SendQueueBytes = 1000 });
        RaftMessage large = Heartbeat(One, Two, 1) with
        {
            Type = RaftMessageType.Append,
            Entries = new LogEntry[] { new(1, 1, LogEntryKind.Command, new byte[5000]) },
        };
        Assert.True(pair.First.TrySend(large));
        Assert.False(pair.First.TrySend(large));
        pair.First.Flush();
        await ExpectAsync(pair.SecondReceiver, receiver => receiver.Messages.Count == 1);
        Assert.True(pair.First.TrySend(large));
    }

    [Fact]
    public async Task A_member_has_one_started_transport_at_a_time()
    {
        await using Pair pair = await Pair.StartAsync();
        await using ITransport second = pair.Network.CreateTransport(One);
        await Assert.ThrowsAsync<TransportException>(async () => await second.StartAsync(new RecordingReceiver()));
        await pair.First.DisposeAsync();
        await second.StartAsync(new RecordingReceiver());
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await second.StartAsync(new RecordingReceiver()));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var network = new InMemoryNetwork();
        Assert.Throws<ArgumentException>("member", () => network.CreateTransport(MemberId.None));
        Assert.Throws<ArgumentException>(
            "SendQueueBytes",
            () => network.CreateTransport(One, options: new InMemoryTransportOptions { SendQueueBytes = 0 }));
        Assert.Throws<ArgumentException>(
            "SendQueueMessages",
            () => network.CreateTransport(One, options: new InMemoryTransportOptions { SendQueueMessages = 0 }));
    }

    private static RaftMessage Heartbeat(MemberId from, MemberId to, ulong context) =>
        new() { Type = RaftMessageType.Heartbeat, From = from, To = to, Context = context };

    private static async Task ExpectAsync(RecordingReceiver receiver, Func<RecordingReceiver, bool> condition) =>
        Assert.True(await receiver.WaitForAsync(condition, Limit), "It did not happen in time.");

    private sealed class Pair(InMemoryNetwork network, ITransport first, ITransport second)
        : IAsyncDisposable
    {
        public InMemoryNetwork Network { get; } = network;

        public ITransport First { get; } = first;

        public RecordingReceiver FirstReceiver { get; } = new();

        public RecordingReceiver SecondReceiver { get; } = new();

        public static async Task<Pair> StartAsync(InMemoryTransportOptions? options = null)
        {
            var network = new InMemoryNetwork();
            var pair = new Pair(
                network,
                network.CreateTransport(One, options: options),
                network.CreateTransport(Two, options: options));
            await pair.StartBothAsync();
            return pair;
        }

        public void SendFromOne(ulong context)
        {
            Assert.True(First.TrySend(Heartbeat(One, Two, context)));
            First.Flush();
        }

        public void SendFromTwo(ulong context)
        {
            Assert.True(second.TrySend(Heartbeat(Two, One, context)));
            second.Flush();
        }

        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await second.DisposeAsync();
        }

        private async Task StartBothAsync()
        {
            await First.StartAsync(FirstReceiver);
            await second.StartAsync(SecondReceiver);
            First.SetPeers([new MemberEndpoint(Two, "second")]);
            second.SetPeers([new MemberEndpoint(One, "first")]);
        }
    }
}
