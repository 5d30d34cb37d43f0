using System.Text;
using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Tests.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Histories;

/// <summary>A recorded history can be read back, in this process and after the death of another.</summary>
public sealed class HistoryRecorderTests
{
    [Fact]
    public void A_history_reads_back_as_it_was_recorded()
    {
        using MemoryStream stream = new();
        HistoryRecorder recorder = new(stream);
        StoreHistory made = new HistoryGenerator(seed: 5, clients: 4, keys: 6) { UnknownPerMille = 100 }.Generate(300);
        foreach (StoreCall call in made.Calls)
        {
            Record(recorder, call);
        }

        StoreHistory read = ReadBack(stream);

        Assert.Equal(300, read.Calls.Count);
        Assert.Equal(
            recorder.ToHistory().Calls.Select(call => call.ToString()), read.Calls.Select(call => call.ToString()));
        Assert.Equal(made.Calls.Select(call => call.Outcome), read.Calls.Select(call => call.Outcome));
        Assert.All(made.Calls.Zip(read.Calls), pair => Assert.True(
            pair.First.Result is null
                ? pair.Second.Result is null
                : SequentialStore.AreEqual(pair.First.Result, pair.Second.Result!)));
    }

    [Fact]
    public void Every_option_and_bytes_that_are_not_text_read_back()
    {
        using MemoryStream stream = new();
        HistoryRecorder recorder = new(stream);
        Key binary = new byte[] { 0xff, 0, 0xfe };
        RangeOptions options = new()
        {
            Consistency = Consistency.Serializable,
            Revision = 7,
            Limit = 3,
            SortTarget = SortTarget.Value,
            SortOrder = SortOrder.Descending,
            KeysOnly = true,
            CountOnly = true,
        };
        Txn inner = Txn.If(Compare.Value(binary).GreaterThan(new byte[] { 0xff })).Then(Op.Delete(KeyRange.All, true));
        Txn txn = Txn.If(Compare.ModRevision(KeyRange.From("m")).LessThan(4))
            .Then(Op.Range(KeyRange.Prefix("p"), options), Op.Txn(inner))
            .Else(Op.Put(binary, "\"ü\n", true));
        recorder.Invoke(3, Op.Txn(txn), "2/1");

        StoreCall call = Assert.Single(ReadBack(stream).Calls);

        Txn read = Assert.IsType<TxnOperation>(call.Operation).Txn;
        Assert.Equal((3, "2/1"), (call.Client, call.Session));
        Assert.Equal(txn.Conditions.ToArray(), read.Conditions.ToArray());
        Assert.Equal(txn.Failure.ToArray(), read.Failure.ToArray());
        Assert.Equal(txn.Success[0], read.Success[0]);
        Txn readInner = Assert.IsType<TxnOperation>(read.Success[1]).Txn;
        Assert.Equal(inner.Conditions.ToArray(), readInner.Conditions.ToArray());
        Assert.Equal(inner.Success.ToArray(), readInner.Success.ToArray());
    }

    [Fact]
    public void Refusals_compactions_and_watches_read_back()
    {
        using MemoryStream stream = new();
        HistoryRecorder recorder = new(stream);
        recorder.Fail(recorder.Invoke(1, Op.Range("a")), new CompactedException(3, 5));
        recorder.Succeed(recorder.InvokeCompaction(1, 5), null);
        WatchOptions options = new() { StartRevision = 4, IncludePrevious = true, SkipDeletes = true };
        WatchEvent item = new(
            WatchEventType.Put, new KeyValue("a", "2", 2, 4, 2), new KeyValue("a", "1", 2, 2, 1), endsRevision: true);
        int watch = recorder.BeginWatch("w", KeyRange.All, options);
        recorder.Deliver(watch, WatchRecord.Of(item));
        recorder.Deliver(watch, WatchRecord.BookmarkAt(9));

        StoreHistory read = ReadBack(stream);

        Assert.Equal(new RevisionRefusal(3, 0, 5), read.Calls[0].Refusal);
        Assert.Equal((true, 5, CallOutcome.Succeeded),
            (read.Calls[1].IsCompaction, read.Calls[1].CompactRevision, read.Calls[1].Outcome));
        WatchRecording recorded = Assert.Single(read.Watches);
        Assert.Equal((KeyRange.All, options, "w"), (recorded.Range, recorded.Options, recorded.Name));
        Assert.Equal(item, Assert.Single(recorded.Records[0].Events));
        Assert.Equal(9, recorded.Records[1].Bookmark);
    }

    [Fact]
    public void A_call_whose_process_died_is_of_unknown_outcome_and_a_torn_line_is_left_out()
    {
        using MemoryStream stream = new();
        HistoryRecorder recorder = new(stream);
        int first = recorder.Invoke(1, Op.Put("a", "1"));
        recorder.Succeed(first, new PutOperationResult(new PutResult(2, null)));
        recorder.Invoke(1, Op.Put("a", "2"));
        long whole = stream.Length;
        recorder.Invoke(1, Op.Put("a", "3"));

        for (long length = whole; length < stream.Length - 1; length++)
        {
            using MemoryStream torn = new(stream.ToArray()[..(int)length]);
            StoreHistory read = HistoryReader.Read(torn);

            Assert.Equal([CallOutcome.Succeeded, CallOutcome.Unknown], read.Calls.Select(call => call.Outcome));
        }
    }

    [Fact]
    public void A_line_that_no_recorder_wrote_is_refused_with_its_number()
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes("{\"invoke\":0,\"client\":1,\"at\":5}\nnonsense\n{}\n"));

        FormatException exception = Assert.Throws<FormatException>(() => HistoryReader.Read(stream));

        Assert.Contains("Line 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_recorder_reports_it()
    {
        HistoryRecorder recorder = new(maxRecords: 1);
        recorder.Invoke(1, Op.Get("a"));

        Assert.Throws<InvalidOperationException>(() => recorder.Invoke(1, Op.Get("a")));
    }

    [Fact]
    public void A_call_ends_once()
    {
        HistoryRecorder recorder = new();
        int call = recorder.Invoke(1, Op.Put("a", "1"));
        recorder.Lose(call);

        Assert.Throws<InvalidOperationException>(() => recorder.Fail(call));
    }

    [Fact]
    public async Task Calls_of_many_threads_are_all_recorded()
    {
        HistoryRecorder recorder = new();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(client => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                int call = recorder.Invoke(client, Op.Get($"{client}/{i}"));
                recorder.Succeed(call, new RangeOperationResult(new RangeResult([], 0, false, 1)));
            }
        })));

        IReadOnlyList<StoreCall> calls = recorder.ToHistory().Calls;
        Assert.Equal(4000, calls.Count);
        Assert.All(calls, call => Assert.True(call.InvokedAt <= call.ReturnedAt));
        Assert.Equal(4000, calls.Select(call => call.Operation!).Distinct().Count());
    }

    private static StoreHistory ReadBack(MemoryStream stream)
    {
        stream.Position = 0;
        return HistoryReader.Read(stream);
    }

    private static void Record(HistoryRecorder recorder, StoreCall call)
    {
        int number = recorder.Invoke(call.Client, call.Operation!, call.Session);
        if (call.Outcome == CallOutcome.Succeeded)
        {
            recorder.Succeed(number, call.Result);
        }
        else
        {
            recorder.Lose(number, new OutcomeUnknownException("lost"));
        }
    }
}
