using System.Globalization;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Checks what callers saw of compactions: that what is compacted cannot be read any more, that nothing else is
/// refused, and that a compaction goes forward.
/// </summary>
/// <remarks>
/// <para>The revision that a store is compacted to is a register of its own: a compaction raises it to the revision
/// that it names, or is refused when that would not raise it; a refusal shows it. It never goes down and nothing else
/// changes it. From that follows, in the order of real time:</para>
/// <list type="bullet">
/// <item>After the return of a compaction to r, or of a refusal that shows r, a linearizable read below r is refused
/// and a compaction to r or below is refused. Those that overlap may go either way.</item>
/// <item>A refusal shows a revision that a call compacted to, which began before the refusal returned and did not fail,
/// or one that the store may have been compacted to before the history began.</item>
/// <item>A refusal shows no less than what was known before its call began.</item>
/// <item>Two compactions to one revision do not both succeed, in whatever order.</item>
/// <item>Refused is only what was asked for and what lies below: reads of the newest revision never are.</item>
/// </list>
/// <para>Serializable reads may lag. To them applies what their session has shown. That a compaction needs its revision
/// to exist is left to <see cref="RealTimeSweep"/>, to which it is one more answer that shows a revision.</para>
/// <para>Sound, not complete: compactions that overlap are not put in one order.</para>
/// </remarks>
internal sealed class CompactionCheck
{
    private readonly StoreHistory _history;

    // What compactions that began, and did not fail, name; and those of them that succeeded, with their calls.
    private readonly HashSet<long> _begun = [];
    private readonly Dictionary<long, int> _succeeded = [];

    // The newest that any answer has shown, and of each session that which its answers have.
    private readonly Dictionary<string, Shown> _sessions = [];
    private Shown _newest = new(0, -1);

    private CompactionCheck(StoreHistory history) => _history = history;

    /// <summary>Looks for an answer that no compaction explains.</summary>
    /// <param name="history">The history.</param>
    public static Violation? Find(StoreHistory history) =>
        // Without compactions there is nothing to check but that no call was refused because of one.
        history.Calls.Any(call => call.IsCompaction || call.Refusal is { CompactRevision: > 0 })
            ? new CompactionCheck(history).Run()
            : null;

    private Violation? Run()
    {
        IReadOnlyList<StoreCall> calls = _history.Calls;
        List<(long Time, bool IsReturn, int Call)> entries = [];
        for (int i = 0; i < calls.Count; i++)
        {
            entries.Add((calls[i].InvokedAt, false, i));
            if (calls[i].Outcome != CallOutcome.Unknown)
            {
                entries.Add((calls[i].ReturnedAt, true, i));
            }
        }

        // What begins in the very moment of an answer overlaps it.
        entries.Sort();
        Shown[] bounds = new Shown[calls.Count];
        foreach ((_, bool isReturn, int index) in entries)
        {
            StoreCall call = calls[index];
            if (!isReturn)
            {
                bounds[index] = !call.IsSerializable ? _newest : _sessions.GetValueOrDefault(call.Session);
                if (call is { IsCompaction: true, Outcome: not CallOutcome.Failed })
                {
                    _begun.Add(call.CompactRevision);
                }
            }
            else if (Judge(call, index, bounds[index]) is { } violation)
            {
                return violation;
            }
            else
            {
                Take(call, index);
            }
        }

        return null;
    }

    private Violation? Judge(StoreCall call, int index, Shown bound) => call switch
    {
        { Outcome: CallOutcome.Failed, Refusal: { CompactRevision: > 0 } refusal } =>
            JudgeRefusal(call, refusal, bound),
        { Outcome: CallOutcome.Succeeded, IsCompaction: true } => JudgeCompaction(call, index, bound),
        { Outcome: CallOutcome.Succeeded } => JudgeAnswer(call, bound),
        _ => null,
    };

    private Violation? JudgeRefusal(StoreCall call, RevisionRefusal refusal, Shown bound)
    {
        long compacted = refusal.CompactRevision;
        if (!Asked(call).Contains(refusal.RequestedRevision))
        {
            return Violates(call, refusal.RequestedRevision, default, Invariant(
                $"Revision {refusal.RequestedRevision} was refused as compacted; the call did not ask for it."));
        }

        // What is read must not be older than the oldest revision kept; a compaction must be newer.
        if (refusal.RequestedRevision > (call.IsCompaction ? compacted : compacted - 1))
        {
            return Violates(call, refusal.RequestedRevision, default, Invariant(
                $"Revision {refusal.RequestedRevision} was refused by a store compacted to {compacted} only."));
        }

        if (compacted < bound.Revision)
        {
            return Violates(call, compacted, bound, Invariant(
                $"A refusal shows a compaction to {compacted}, and began after one that shows {bound.Revision}."));
        }

        return compacted <= _history.InitialRevision || _begun.Contains(compacted)
            ? null
            : Violates(call, compacted, default, Invariant(
                $"A refusal shows a store compacted to {compacted}, to which no call can have compacted it."));
    }

    private Violation? JudgeCompaction(StoreCall call, int index, Shown bound)
    {
        long revision = call.CompactRevision;
        if (revision <= bound.Revision)
        {
            return Violates(call, revision, bound, Invariant(
                $"A compaction to {revision} succeeded, but began after the compaction to {bound.Revision}."));
        }

        return _succeeded.TryAdd(revision, index)
            ? null
            : Violates(call, revision, new Shown(revision, _succeeded[revision]), Invariant(
                $"Two compactions to {revision} succeeded. The second must be refused."));
    }

    private Violation? JudgeAnswer(StoreCall call, Shown bound)
    {
        foreach (long revision in Read(call.Operation!, call.Result))
        {
            if (revision < bound.Revision)
            {
                return Violates(call, revision, bound, Invariant(
                    $"Revision {revision} was read after the compaction to {bound.Revision}."));
            }
        }

        return null;
    }

    private void Take(StoreCall call, int index)
    {
        long revision = call is { IsCompaction: true, Outcome: CallOutcome.Succeeded } ? call.CompactRevision
            : call.Refusal?.CompactRevision ?? 0;
        Shown shown = new(revision, index);
        _newest = revision > _newest.Revision ? shown : _newest;
        if (call.Session.Length > 0 && revision > _sessions.GetValueOrDefault(call.Session).Revision)
        {
            _sessions[call.Session] = shown;
        }
    }

    private static IEnumerable<long> Asked(StoreCall call) =>
        call.Operation is { } operation ? OperationFootprint.PastReads(operation) : [call.CompactRevision];

    // The past revisions that a call was given: those on the path that a transaction took.
    private static IEnumerable<long> Read(Operation operation, OperationResult? result) => operation switch
    {
        RangeOperation { Options.Revision: > 0 and long revision } => [revision],
        TxnOperation { Txn: { } txn } when result?.Txn is { } answer =>
            (answer.Succeeded ? txn.Success : txn.Failure)
                .Zip(answer.Responses, Read)
                .SelectMany(static revisions => revisions),
        _ => [],
    };

    private Violation Violates(StoreCall call, long revision, Shown bound, string message) =>
        new(ViolationKind.Compaction, message)
        {
            Revision = revision,
            Calls = bound.Revision > 0 ? [_history.Calls[bound.Call], call] : [call],
        };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A revision that the store is compacted to, and the call whose answer showed it.</summary>
    private readonly record struct Shown(long Revision, int Call);
}
