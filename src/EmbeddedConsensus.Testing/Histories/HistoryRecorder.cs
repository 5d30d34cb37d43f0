using System.Diagnostics;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>
/// Records what callers do and observe, from any thread; optionally also as lines of JSON that outlive the process.
/// </summary>
/// <remarks>
/// <para>The start of a call is recorded before the call is made, its end after the result. So the recorded interval
/// contains the true one, which can hide a violation but never invent one.</para>
/// <para>The clock is <see cref="Stopwatch"/>, which all processes on a machine share.</para>
/// <para>A killed process leaves the starts of its last calls: read back, their outcome is unknown, as it should be.
/// Each line is one write to the stream, which should pass it to the system at once: a <see cref="FileStream"/> with a
/// buffer size of 0 loses nothing when its process is killed.</para>
/// </remarks>
public sealed class HistoryRecorder
{
    private readonly Lock _lock = new();
    private readonly List<StoreCall> _calls = [];
    private readonly List<(WatchRecording Watch, List<WatchRecord> Records)> _watches = [];
    private readonly HistoryWriter? _writer;
    private readonly TimeProvider _time;
    private readonly int _maxRecords;
    private int _records;

    /// <summary>A recorder.</summary>
    /// <param name="stream">Receives the lines; owned by the caller. Null to keep the history in memory only.</param>
    /// <param name="maxRecords">The most calls and watch records to keep.</param>
    /// <param name="timeProvider">The source of timestamps; default: the system's.</param>
    public HistoryRecorder(Stream? stream = null, int maxRecords = 10_000_000, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        _writer = stream is null ? null : new HistoryWriter(stream);
        _time = timeProvider ?? TimeProvider.System;
        _maxRecords = maxRecords;
    }

    /// <summary>Records the start of a call. Make the call after this.</summary>
    /// <param name="client">The caller.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="session">The replica and its run that the call goes to, if known.</param>
    /// <returns>The call's number, to name its end with.</returns>
    /// <exception cref="InvalidOperationException">The recorder is full.</exception>
    public int Invoke(int client, Operation operation, string session = "")
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Begin(new StoreCall
        {
            Client = client,
            Session = session,
            InvokedAt = _time.GetTimestamp(),
            Operation = operation,
        });
    }

    /// <summary>Records the start of a compaction. Make the call after this.</summary>
    /// <param name="client">The caller.</param>
    /// <param name="revision">The revision to compact to.</param>
    /// <param name="session">The replica and its run that the call goes to, if known.</param>
    /// <returns>The call's number, to name its end with.</returns>
    /// <exception cref="InvalidOperationException">The recorder is full.</exception>
    public int InvokeCompaction(int client, long revision, string session = "") => Begin(new StoreCall
    {
        Client = client,
        Session = session,
        InvokedAt = _time.GetTimestamp(),
        CompactRevision = revision,
    });

    /// <summary>A call returned a result.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="result">The result; null for a compaction.</param>
    public void Succeed(int call, OperationResult? result) =>
        End(call, _time.GetTimestamp(), CallOutcome.Succeeded, result, null);

    /// <summary>A call did not take effect and never will.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="reason">The reason, if known.</param>
    public void Fail(int call, Exception? reason = null) =>
        End(call, _time.GetTimestamp(), CallOutcome.Failed, null, reason);

    /// <summary>A call ended with an unknown outcome. A call that is never ended is the same.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="reason">The reason, if known.</param>
    public void Lose(int call, Exception? reason = null) =>
        End(call, _time.GetTimestamp(), CallOutcome.Unknown, null, reason);

    /// <summary>A watch starts.</summary>
    /// <param name="name">Its name, for explanations.</param>
    /// <param name="range">The keys.</param>
    /// <param name="options">Its options.</param>
    /// <returns>The watch's number, to identify its events.</returns>
    public int BeginWatch(string name, KeyRange range, WatchOptions? options = null)
    {
        WatchRecording watch = new() { Name = name, Range = range, Options = options ?? new WatchOptions() };
        lock (_lock)
        {
            Count();
            int number = _watches.Count;
            _watches.Add((watch, []));
            _writer?.WatchBegins(number, watch);
            return number;
        }
    }

    /// <summary>A watch delivered events or a bookmark.</summary>
    /// <param name="watch">Its number.</param>
    /// <param name="record">What it delivered.</param>
    public void Deliver(int watch, WatchRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_lock)
        {
            Count();
            _watches[watch].Records.Add(record);
            _writer?.WatchDelivers(watch, record);
        }
    }

    /// <summary>The history so far. Calls that have not ended have an unknown outcome in it.</summary>
    public StoreHistory ToHistory()
    {
        lock (_lock)
        {
            return new StoreHistory
            {
                Calls = [.. _calls],
                Watches = [.. _watches.Select(item => item.Watch with { Records = [.. item.Records] })],
            };
        }
    }

    private int Begin(StoreCall call)
    {
        lock (_lock)
        {
            Count();
            int number = _calls.Count;
            _calls.Add(call);
            _writer?.CallBegins(number, call);
            return number;
        }
    }

    private void End(int number, long returnedAt, CallOutcome outcome, OperationResult? result, Exception? reason)
    {
        lock (_lock)
        {
            StoreCall call = _calls[number];
            if (call.ReturnedAt != 0)
            {
                throw new InvalidOperationException($"Call {number} has ended already. A call ends once.");
            }

            _calls[number] = call = call with
            {
                ReturnedAt = returnedAt,
                Outcome = outcome,
                Result = result,
                Refusal = RevisionRefusal.Of(reason),
                Error = reason is null ? null : $"{reason.GetType().Name}: {reason.Message}",
            };
            _writer?.CallEnds(number, call);
        }
    }

    private void Count()
    {
        if (_records >= _maxRecords)
        {
            throw new InvalidOperationException(
                $"The recorder holds {_maxRecords} records, its limit. Record less, or raise maxRecords.");
        }

        _records++;
    }
}
