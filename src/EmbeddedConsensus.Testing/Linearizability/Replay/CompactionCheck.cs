using System.Globalization;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Checks what callers saw of compactions: compacted revisions cannot be read any more, nothing else is refused, and
/// the compact revision only rises.
/// </summary>
/// <remarks>
/// <para>The compact revision is a register of its own: a compaction raises it to the revision it names, or is refused
/// if that would not raise it; a refusal shows it. It never decreases, and nothing else changes it. Therefore, in real
/// time:</para>
/// <list type="bullet">
/// <item>After the return of a compaction to r, or of a refusal that shows r, a linearizable read below r is refused
/// and a compaction to r or below is refused. Overlapping calls may go either way.</item>
/// <item>A refusal shows a revision to which a call compacted that started before the refusal returned and did not
/// fail, or to which the store may have been compacted before the history began.</item>
/// <item>A refusal shows no less than what was known before its call started.</item>
/// <item>Two compactions to one revision do not both succeed, in whatever order.</item>
/// <item>Only requested revisions below the compact revision are refused: reads of the newest revision never
/// are.</item>
/// </list>
/// <para>Serializable reads may lag; they are bound by what their session has shown. That a compaction needs its
/// revision to exist is left to <see cref="RealTimeSweep"/>, where it is one more result that shows a revision.</para>
/// <para>Sound but not complete: overlapping compactions are not ordered.</para>
/// </remarks>
internal sealed class CompactionCheck
{
    private readonly StoreHistory _history;

    // The revisions named by compactions that started and did not fail; and those that succeeded, with their calls.
    private readonly HashSet<long> _begun = [];
    private readonly Dictionary<long, int> _succeeded = [];

    // The newest compact revision that any result has shown, and for each session the newest of its own results.
    private readonly Dictionary<string, Shown> _sessions = [];
    private Shown _newest = new(0, -1);

    private CompactionCheck(StoreHistory history) => _history = history;

    /// <summary>Searches for a result that no compaction explains.</summary>
    /// <param name="history">The history.</param>
    public static Violation? Find(StoreHistory history) =>
        // Without compactions the only check is that no call was refused because of one.
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

        // A call that starts at the instant of a return overlaps it.
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

        // A read must not be older than the oldest retained revision; a compaction must be newer.
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

    // The old revisions that a call read: those on the branch that a transaction took.
    private static IEnumerable<long> Read(Operation operation, OperationResult? result) => operation switch
    {
        RangeOperation { Options.Revision: > 0 and long revision } => [revision],
        TxnOperation { Txn: { } txn } when result is TxnOperationResult { Result: var answer } =>
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

    /// <summary>A compact revision, and the call whose result showed it.</summary>
    private readonly record struct Shown(long Revision, int Call);
}
