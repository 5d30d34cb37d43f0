using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Checks a whole store by its revisions: executes the writes in the order of their revisions and compares every result
/// with the state at its revision.
/// </summary>
/// <remarks>
/// <para>Nearly every result states its revision. That is an almost complete linearization: one order to check instead
/// of a search among all. What remains to be searched is which writes of unknown outcome produced the revisions that no
/// result claims. The search proceeds by revision, tries every candidate at such a gap, and backtracks when a result
/// does not fit: not to the last choice but to the last one that influences the keys of that result (conflict-directed
/// backjumping: Prosser, "Hybrid Algorithms for the Constraint Satisfaction Problem", 1993). Otherwise a violation
/// after a few dozen unrelated gaps would drown in their permutations.</para>
/// <para>Sound and complete: it reports linearizable only with an explanation of every result, and not linearizable
/// only when every placement fails. Gets, which state no revision, are placed at the end by
/// <see cref="RealTimeSweep"/>.</para>
/// </remarks>
internal sealed partial class RevisionReplay
{
    private readonly CheckedHistory _history;
    private readonly RealTimeSweep _sweep;
    private readonly SearchBudget _budget;
    private readonly ReplayStore _store;
    private readonly long _initial;
    private readonly long _last;

    // By revision, from the initial one on: the write known to have produced it, and what was seen at it.
    private readonly CheckedCall?[] _owners;
    private readonly List<CheckedCall>?[] _observations;

    private readonly GapEvidence _evidence;
    private readonly GapCandidates _candidates;

    private readonly GapDependencies _dependencies;

    // For each gap, why the candidates tried there failed.
    private readonly Dictionary<long, HashSet<long>> _reasons = [];

    // The writes that may have taken effect after the last known revision, if any could matter.
    private readonly int[] _behindLast;

    private readonly Stack<Choice> _choices = new();
    private readonly Dictionary<int, long> _placed = [];
    private Violation? _deepest;
    private long _deepestRevision;

    public RevisionReplay(
        CheckedHistory history, CheckedCall?[] owners, GapEvidence evidence, GapCandidates candidates,
        RealTimeSweep sweep, SearchBudget budget)
    {
        _history = history;
        _sweep = sweep;
        _budget = budget;
        _initial = history.History.InitialRevision;
        _last = history.LastRevision;
        _store = new ReplayStore(history.Keys, _initial, history.History.InitialItems);
        _owners = owners;
        _evidence = evidence;
        _candidates = candidates;
        _observations = new List<CheckedCall>?[owners.Length];
        for (int i = 0; i < history.Calls.Length; i++)
        {
            CheckedCall call = history.Calls[i];
            // States before the initial one are unknown.
            if (SeenAt(call, sweep.NewestBefore[i]) is { } revision && revision >= _initial)
            {
                (_observations[revision - _initial] ??= []).Add(call);
            }
        }

        _dependencies = new GapDependencies(
            history, RevisionsUpTo(history).Where(revision => owners[revision - _initial] is null), candidates);
        _behindLast = FindWritesBehindLast();
    }

    /// <summary>Every change in the order found.</summary>
    public RevisionLog ToLog() => _store.ToLog(_last + _placed.Values.Count(revision => revision > _last));

    /// <summary>Searches to the end, or until the budget is exhausted.</summary>
    /// <param name="violation">Why there is no explanation.</param>
    public Verdict Run(out Violation? violation)
    {
        violation = Observe(_initial)?.Violation;
        if (violation is not null)
        {
            return Verdict.NotLinearizable;
        }

        long revision = _initial + 1;
        int candidate = 0;
        while (_budget.TryVisit())
        {
            Violation? atEnd = null;
            if (revision > _last && candidate == 0)
            {
                atEnd = _sweep.Pass(_store, _placed);
                if (atEnd is null)
                {
                    return Verdict.Linearizable;
                }
            }

            Conflict? conflict = revision <= _last && _owners[revision - _initial] is { } owner
                ? Execute(owner, revision)
                : Fill(revision, candidate, atEnd);
            if (conflict is null)
            {
                revision++;
                candidate = 0;
                continue;
            }

            Keep(conflict, revision);
            if (!TryGoBack(conflict, out Choice choice))
            {
                violation = _deepest;
                return Verdict.NotLinearizable;
            }

            revision = choice.Revision;
            candidate = choice.Candidate + 1;
        }

        return Verdict.Undecided;
    }

    // Undoes every choice down to the last that influences a conflict.
    private bool TryGoBack(Conflict conflict, out Choice choice)
    {
        while (_choices.TryPop(out choice))
        {
            _store.GoBackTo(choice.Mark);
            _placed.Remove(CandidatesAt(choice.Revision)[choice.Candidate]);
            if (conflict.Reasons.Remove(choice.Revision))
            {
                _reasons[choice.Revision].UnionWith(conflict.Reasons);
                return true;
            }
        }

        return false;
    }

    private IReadOnlyList<int> CandidatesAt(long revision) => revision > _last ? _behindLast : _candidates.At(revision);

    private Conflict? Execute(CheckedCall owner, long revision)
    {
        OperationResult? expected = _store.Execute(owner.Call.Operation!, revision);
        return expected is null || !Fits(owner, expected)
            ? Differs(owner, revision, expected)
            : Observe(revision);
    }

    private Conflict? Fill(long revision, int from, Violation? violation)
    {
        IReadOnlyList<int> candidates = CandidatesAt(revision);
        int mark = _store.Mark;
        if (from == 0)
        {
            // A mismatch at the end may have any cause.
            _reasons[revision] = revision > _last ? [.. _placed.Values] : [];
        }

        HashSet<long> reasons = _reasons[revision];
        for (int i = from; i < candidates.Count; i++)
        {
            int index = candidates[i];
            if (_placed.TryGetValue(index, out long elsewhere))
            {
                reasons.Add(elsewhere);
                continue;
            }

            Conflict? conflict = TryPlace(index, revision, mark);
            if (conflict is null)
            {
                _choices.Push(new Choice(revision, i, mark));
                _placed.Add(index, revision);
                return null;
            }

            _store.GoBackTo(mark);
            reasons.UnionWith(conflict.Reasons);
            violation = conflict.Violation;
            _budget.TryVisit();
        }

        return new Conflict(violation ?? RevisionCheck.Unexplained(revision, _history, _evidence), [.. reasons]);
    }

    private Conflict? TryPlace(int index, long revision, int mark)
    {
        Operation operation = _history.Calls[index].Call.Operation!;
        if (_store.Execute(operation, revision) is not null && _store.Mark > mark && FactsFit(revision))
        {
            return Observe(revision);
        }

        Conflict conflict = new(RevisionCheck.Unexplained(revision, _history, _evidence), []);
        _dependencies.AddReasons(
            conflict.Reasons,
            OperationFootprint.Touched(operation)
                .Concat(_evidence.FactsAt(revision).Select(fact => KeyRange.Single(_history.Keys[fact.Key]))),
            revision);
        return conflict;
    }

    private bool FactsFit(long revision) =>
        _evidence.FactsAt(revision).All(fact => fact.Fits(_store.At(fact.Key, revision)));

    private Conflict? Observe(long revision)
    {
        if (revision > _last || _observations[revision - _initial] is not { } observations)
        {
            return null;
        }

        foreach (CheckedCall call in observations)
        {
            if (call.Kind == CallKind.Get)
            {
                if (ObserveGet(call, revision) is { } contradiction)
                {
                    return contradiction;
                }

                continue;
            }

            if (call.Call.Outcome != CallOutcome.Succeeded)
            {
                continue;
            }

            int mark = _store.Mark;
            OperationResult? expected = _store.Execute(call.Call.Operation!, revision + 1);
            _store.GoBackTo(mark);
            if (expected is null || !Fits(call, expected))
            {
                return Differs(call, revision, expected);
            }
        }

        return null;
    }

    // The state before the history began is unknown, and a result that shows it is not judged.
    private bool Fits(CheckedCall call, OperationResult expected) =>
        Evidence.AreEqual(expected, call.Call.Result!)
        || OperationFootprint.PastReads(call.Call.Operation!).Any(revision => revision < _initial);

    private static IEnumerable<long> RevisionsUpTo(CheckedHistory history)
    {
        for (long revision = history.History.InitialRevision + 1; revision <= history.LastRevision; revision++)
        {
            yield return revision;
        }
    }

    // The revision at which a result can be compared: its own; for a get that found something, the first revision at
    // which it can have happened. If it does not hold there, it never did.
    private static long? SeenAt(CheckedCall call, long newestBefore) => call switch
    {
        { Kind: CallKind.Observation } => call.Revision,
        { Kind: CallKind.Get, Call.Operation: RangeOperation { Options.Revision: > 0 and long at } } => at,
        { Kind: CallKind.Get, Shown: { } item } =>
            Math.Max(item.ModRevision, call.Call.IsSerializable ? 0 : newestBefore),
        _ => null,
    };

    private Conflict? ObserveGet(CheckedCall call, long revision)
    {
        Key key = ((RangeOperation)call.Call.Operation!).Range.Start;
        KeyValue? shown = call.Shown;
        KeyValue? held = _history.Keys.IndexOf(key) is { } index ? _store.At(index, revision) : null;
        return held == shown ? null : Differs(call, revision, new RangeOperationResult(
            new RangeResult(held is null ? [] : [held], held is null ? 0 : 1, false, 0)));
    }

    /// <summary>A write that was placed at a gap.</summary>
    private readonly record struct Choice(long Revision, int Candidate, int Mark);
}
