using System.Diagnostics;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>
/// Records what callers do and see, from any thread; on request also as lines of JSON that outlive the process.
/// </summary>
/// <remarks>
/// <para>The beginning of a call is recorded before the call is made, its end behind the answer. So the recorded time
/// of a call covers the true one, which can hide a violation but never make one up.</para>
/// <para>The clock is <see cref="Stopwatch"/>, which all processes of one machine share.</para>
/// <para>A process that is killed leaves the beginnings of its last calls: read back, their outcome is unknown, as it
/// should be. The stream is given each line as a whole and should hand it to the system at once: a
/// <see cref="FileStream"/> with a buffer size of 0 loses nothing when its process is killed.</para>
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
    /// <param name="stream">Where to write lines as well; the caller disposes of it. Null to keep the history in memory
    /// only.</param>
    /// <param name="maxRecords">How many calls and watch records to keep at the most.</param>
    /// <param name="timeProvider">Whose timestamps to take; default: the system's.</param>
    public HistoryRecorder(Stream? stream = null, int maxRecords = 10_000_000, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecords, 1);
        _writer = stream is null ? null : new HistoryWriter(stream);
        _time = timeProvider ?? TimeProvider.System;
        _maxRecords = maxRecords;
    }

    /// <summary>A call begins. Make it behind this.</summary>
    /// <param name="client">Who calls.</param>
    /// <param name="operation">What is asked for.</param>
    /// <param name="session">To which life of which replica it goes, if that is known.</param>
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

    /// <summary>A compaction begins. Make it behind this.</summary>
    /// <param name="client">Who calls.</param>
    /// <param name="revision">The revision to compact to.</param>
    /// <param name="session">To which life of which replica it goes, if that is known.</param>
    /// <returns>The call's number, to name its end with.</returns>
    /// <exception cref="InvalidOperationException">The recorder is full.</exception>
    public int InvokeCompaction(int client, long revision, string session = "") => Begin(new StoreCall
    {
        Client = client,
        Session = session,
        InvokedAt = _time.GetTimestamp(),
        CompactRevision = revision,
    });

    /// <summary>A call answered.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="result">The answer; null for a compaction.</param>
    public void Succeed(int call, OperationResult? result) =>
        End(call, _time.GetTimestamp(), CallOutcome.Succeeded, result, null);

    /// <summary>A call did not take effect and never will.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="reason">Why, if that is known.</param>
    public void Fail(int call, Exception? reason = null) =>
        End(call, _time.GetTimestamp(), CallOutcome.Failed, null, reason);

    /// <summary>A call ended, and nobody knows how. A call that is never ended is the same.</summary>
    /// <param name="call">Its number.</param>
    /// <param name="reason">Why, if that is known.</param>
    public void Lose(int call, Exception? reason = null) =>
        End(call, _time.GetTimestamp(), CallOutcome.Unknown, null, reason);

    /// <summary>A watch begins.</summary>
    /// <param name="name">Which one, for explanations.</param>
    /// <param name="range">The keys.</param>
    /// <param name="options">Where it begins, and what it gives.</param>
    /// <returns>The watch's number, to name what it is given with.</returns>
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

    /// <summary>A watch was given something.</summary>
    /// <param name="watch">Its number.</param>
    /// <param name="record">What it was given.</param>
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

    /// <summary>What has been recorded so far. Calls that have not ended are of unknown outcome in it.</summary>
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
