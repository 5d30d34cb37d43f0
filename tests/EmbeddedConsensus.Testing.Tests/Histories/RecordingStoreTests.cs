using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Tests.Histories;

/// <summary>A recording store changes nothing for its caller, and records what the caller may conclude.</summary>
public sealed class RecordingStoreTests
{
    private static readonly KeyValue Item = new("a", "1", 2, 5, 3);

    private readonly HistoryRecorder _recorder = new();

    public static TheoryData<Exception> RefusalsOfWrites =>
    [
        new TooManyRequestsException("full"),
        new QuorumUnavailableException("nobody"),
        new InvalidRequestException("key", "empty"),
        new CompactedException(3, 5),
        new FutureRevisionException(9, 5),
    ];

    public static TheoryData<Exception> EndsThatTellNothing =>
    [
        new OutcomeUnknownException("timed out"),
        new OperationCanceledException(),
        new ReplicaFaultedException("broken"),
        new StoreStoppedException("stopping"),
        new IOException("something else"),
    ];

    [Fact]
    public async Task A_get_is_recorded_with_what_it_found_and_without_a_revision()
    {
        RecordingStore store = Recorded(new ScriptedStore { Item = Item });
        ReadOptions options = new() { Consistency = Consistency.Serializable, Revision = 6 };

        Assert.Equal(Item, await store.GetAsync("a", options));

        StoreCall call = TheCall();
        Assert.Equal((3, "2/1", CallOutcome.Succeeded), (call.Client, call.Session, call.Outcome));
        Assert.True(call is { IsRead: true, IsSerializable: true });
        Assert.Equal(6, Assert.IsType<RangeOperation>(call.Operation).Options.Revision);
        RangeResult recorded = Assert.IsType<RangeOperationResult>(call.Result).Result;
        Assert.Equal(Item, Assert.Single(recorded.Items));
        Assert.Equal(0, recorded.Revision);
        Assert.InRange(call.ReturnedAt, call.InvokedAt, long.MaxValue);
    }

    [Fact]
    public async Task A_get_that_finds_nothing_is_recorded_as_a_result()
    {
        Assert.Null(await Recorded(new ScriptedStore()).GetAsync("a"));

        StoreCall call = TheCall();
        Assert.Equal(CallOutcome.Succeeded, call.Outcome);
        Assert.False(call.IsSerializable);
        Assert.Empty(Assert.IsType<RangeOperationResult>(call.Result).Result.Items);
    }

    [Fact]
    public async Task Reads_and_writes_are_recorded_with_their_results()
    {
        RecordingStore store = Recorded(new ScriptedStore { Item = Item });

        RangeResult range = await store.RangeAsync(KeyRange.All);
        PutResult put = await store.PutAsync("a", "2", new PutOptions { ReturnPrevious = true });
        DeleteResult delete = await store.DeleteAsync(
            KeyRange.Prefix("a"), new DeleteOptions { ReturnPrevious = true });
        TxnResult txn = await store.TxnAsync(Txn.Do(Op.Put("a", "3")));
        await store.CompactAsync(4);

        IReadOnlyList<StoreCall> calls = _recorder.ToHistory().Calls;
        Assert.All(calls, call => Assert.Equal(CallOutcome.Succeeded, call.Outcome));
        Assert.Same(range, Assert.IsType<RangeOperationResult>(calls[0].Result).Result);
        Assert.Equal(new PutOperationResult(put), calls[1].Result);
        Assert.Equal(Item, put.Previous);
        Assert.Equal(Op.Put("a", "2", true), calls[1].Operation);
        Assert.Equal(new DeleteOperationResult(delete), calls[2].Result);
        Assert.Equal(Op.Delete(KeyRange.Prefix("a"), true), calls[2].Operation);
        Assert.Same(txn, Assert.IsType<TxnOperationResult>(calls[3].Result).Result);
        Assert.True(calls[4] is { IsCompaction: true, CompactRevision: 4, Result: null });
    }

    [Theory]
    [MemberData(nameof(RefusalsOfWrites), DisableDiscoveryEnumeration = true)]
    public async Task A_write_that_is_refused_has_failed_for_certain(Exception refusal)
    {
        RecordingStore store = Recorded(new ScriptedStore { Failure = refusal });

        await WriteAsync(store, refusal);

        Assert.Equal(4, _recorder.ToHistory().Calls.Count);
        Assert.All(_recorder.ToHistory().Calls, call =>
        {
            Assert.Equal(CallOutcome.Failed, call.Outcome);
            Assert.Equal(RevisionRefusal.Of(refusal), call.Refusal);
            Assert.StartsWith(refusal.GetType().Name, call.Error, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(EndsThatTellNothing), DisableDiscoveryEnumeration = true)]
    public async Task A_write_that_ends_otherwise_is_of_unknown_outcome(Exception end)
    {
        RecordingStore store = Recorded(new ScriptedStore { Failure = end });

        await WriteAsync(store, end);

        Assert.Equal(4, _recorder.ToHistory().Calls.Count);
        Assert.All(_recorder.ToHistory().Calls, call => Assert.Equal(CallOutcome.Unknown, call.Outcome));
    }

    [Fact]
    public async Task A_write_whose_caller_cancels_is_of_unknown_outcome()
    {
        RecordingStore store = Recorded(new ScriptedStore());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await store.PutAsync("a", "1", cancellationToken: new CancellationToken(canceled: true)));

        Assert.Equal(CallOutcome.Unknown, TheCall().Outcome);
    }

    [Theory]
    [MemberData(nameof(EndsThatTellNothing), DisableDiscoveryEnumeration = true)]
    public async Task A_read_without_a_result_has_failed_whatever_the_exception(Exception end)
    {
        RecordingStore store = Recorded(new ScriptedStore { Failure = end });

        Assert.Same(end, await Record.ExceptionAsync(async () => await store.GetAsync("a")));
        Assert.Same(end, await Record.ExceptionAsync(async () => await store.RangeAsync(KeyRange.All)));

        Assert.Equal(
            [CallOutcome.Failed, CallOutcome.Failed], _recorder.ToHistory().Calls.Select(call => call.Outcome));
    }

    [Fact]
    public async Task A_refused_read_keeps_the_reason_of_the_refusal()
    {
        RecordingStore store = Recorded(new ScriptedStore { Failure = new CompactedException(3, 5) });

        await Assert.ThrowsAsync<CompactedException>(
            async () => await store.GetAsync("a", new ReadOptions { Revision = 3 }));

        Assert.Equal(new RevisionRefusal(3, 0, 5), TheCall().Refusal);
    }

    [Fact]
    public async Task A_watch_begins_with_its_call_and_is_recorded_as_it_is_read()
    {
        WatchEvent first = new(WatchEventType.Put, Item, null, endsRevision: true);
        WatchEvent second = first with { Type = WatchEventType.Delete, KeyValue = new KeyValue("a", "", 0, 6, 0) };
        ScriptedStore scripted = new() { Events = [first, second], Failure = new CompactedException(7, 9) };
        WatchOptions options = new() { StartRevision = 5 };

        IAsyncEnumerable<WatchEvent> watch = Recorded(scripted).WatchAsync(KeyRange.Prefix("a"), options);
        Assert.Equal(1, scripted.Watches);
        await using IAsyncEnumerator<WatchEvent> events = watch.GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(first, events.Current);
        Assert.Single(Assert.Single(_recorder.ToHistory().Watches).Records);
        Assert.True(await events.MoveNextAsync());
        await Assert.ThrowsAsync<CompactedException>(async () => await events.MoveNextAsync());

        WatchRecording recording = Assert.Single(_recorder.ToHistory().Watches);
        Assert.Equal((KeyRange.Prefix("a"), options), (recording.Range, recording.Options));
        Assert.Equal([first, second], recording.Records.SelectMany(record => record.Events));
    }

    private static async Task WriteAsync(RecordingStore store, Exception end)
    {
        Assert.Same(end, await Record.ExceptionAsync(async () => await store.PutAsync("a", "1")));
        Assert.Same(end, await Record.ExceptionAsync(async () => await store.DeleteAsync(KeyRange.All)));
        Assert.Same(end, await Record.ExceptionAsync(async () => await store.TxnAsync(Txn.Do(Op.Put("a", "1")))));
        Assert.Same(end, await Record.ExceptionAsync(async () => await store.CompactAsync(3)));
    }

    private RecordingStore Recorded(IKeyValueStore store) => new(store, _recorder, client: 3, session: "2/1");

    private StoreCall TheCall() => Assert.Single(_recorder.ToHistory().Calls);
}
