using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Checks that revisions never contradict real time: passes once over the starts and returns of all calls in the order
/// of time, with the newest revision that any result has shown so far.
/// </summary>
/// <remarks>
/// <para>A call that returned before another started precedes it in every linearization. So after a result that shows
/// revision r, a linearizable read must show r or more, and a write must produce more than r. This includes results of
/// serializable reads: what they show has been committed. It does not bind serializable reads themselves: they may lag,
/// even beyond the state that the history starts with, but within a session, which is one run of one replica, they
/// never go back.</para>
/// <para>A <see cref="CallKind.Get"/> states no revision. It is assigned the smallest one at which the store held what
/// it showed and which contradicts nothing before it. All these rules are lower bounds that later calls inherit from
/// earlier ones, so the smallest choice is the best for everything that follows, and no other needs to be tried.</para>
/// </remarks>
internal sealed class RealTimeSweep
{
    private readonly CheckedHistory _history;
    private readonly int[] _entries;

    public RealTimeSweep(CheckedHistory history)
    {
        _history = history;
        List<(long Time, bool IsReturn, int Call)> entries = [];
        for (int i = 0; i < history.Calls.Length; i++)
        {
            StoreCall call = history.Calls[i].Call;
            entries.Add((call.InvokedAt, false, i));
            if (call.Outcome != CallOutcome.Unknown)
            {
                entries.Add((call.ReturnedAt, true, i));
            }
        }

        // A call that starts at the instant of a return overlaps it.
        entries.Sort();
        _entries = [.. entries.Select(entry => entry.IsReturn ? ~entry.Call : entry.Call)];
        NewestBefore = new long[history.Calls.Length];
    }

    /// <summary>For each call, the newest revision shown before it started. Known after a pass without a store has
    /// found no violation.</summary>
    public long[] NewestBefore { get; }

    /// <summary>Passes over the history.</summary>
    /// <param name="store">The store with all revisions, to place gets; null to ignore gets.</param>
    /// <param name="placed">The revisions assigned to writes of unknown outcome.</param>
    /// <returns>What contradicts real time; null if nothing does.</returns>
    public Violation? Pass(ReplayStore? store, IReadOnlyDictionary<int, long> placed)
    {
        Seen newest = new(_history.History.InitialRevision, -1);
        Dictionary<string, Seen> sessions = [];
        long[] revisions = new long[_history.Calls.Length];
        foreach (int entry in _entries)
        {
            int index = entry < 0 ? ~entry : entry;
            CheckedCall call = _history.Calls[index];
            string session = call.Call.Session;
            if (entry >= 0)
            {
                Seen bound = !call.Call.IsSerializable ? newest
                    : session.Length > 0 && sessions.TryGetValue(session, out Seen seen) ? seen
                    : new Seen(0, -1);
                if (store is null)
                {
                    NewestBefore[index] = newest.Revision;
                }

                revisions[index] = RevisionOf(call, index, bound, store, placed, out Violation? violation);
                if (violation is not null)
                {
                    return violation;
                }
            }
            else if (revisions[index] > 0)
            {
                Seen shown = new(revisions[index], index);
                newest = newest.Revision < shown.Revision ? shown : newest;
                if (session.Length > 0
                    && (!sessions.TryGetValue(session, out Seen seen) || seen.Revision < shown.Revision))
                {
                    sessions[session] = shown;
                }
            }
        }

        return null;
    }

    private long RevisionOf(
        CheckedCall call, int index, Seen bound, ReplayStore? store, IReadOnlyDictionary<int, long> placed,
        out Violation? violation)
    {
        violation = null;
        if (call.Kind == CallKind.Get)
        {
            if (store is null)
            {
                return 0;
            }

            long? found = RevisionOfGet(call, bound.Revision, store);
            violation = found is null ? ContradictsGet(call, bound) : null;
            return found ?? 0;
        }

        if (call.Kind == CallKind.Reached)
        {
            // It may show an arbitrarily old revision.
            return call.Revision;
        }

        long revision = call.Kind == CallKind.UnknownWrite ? placed.GetValueOrDefault(index) : call.Revision;
        bool isWrite = call.Kind is CallKind.Write or CallKind.UnknownWrite;
        if (revision > 0 && (revision < bound.Revision || (isWrite && revision == bound.Revision)))
        {
            violation = Contradicts(call, revision, isWrite, bound);
        }

        return revision;
    }

    private long? RevisionOfGet(CheckedCall call, long from, ReplayStore store)
    {
        RangeOperation read = (RangeOperation)call.Call.Operation!;
        KeyValue? item = call.Shown;
        if (_history.Keys.IndexOf(read.Range.Start) is not { } key)
        {
            // Nothing in the history ever puts the key.
            return Math.Max(from, read.Options.Revision);
        }

        // What was before the history began is not known: linearizable reads may ask for it, serializable ones lag.
        long initial = _history.History.InitialRevision;
        if (read.Options.Revision > 0 ? read.Options.Revision < initial : item?.ModRevision < initial && from < initial)
        {
            return Math.Max(from, read.Options.Revision);
        }

        return read.Options.Revision <= 0 ? store.FirstWith(key, item, from)
            : store.At(key, read.Options.Revision) == item ? Math.Max(from, read.Options.Revision)
            : null;
    }

    private Violation Contradicts(CheckedCall call, long revision, bool isWrite, Seen bound) => new(
        call.Call.IsSerializable ? ViolationKind.SessionOrder : ViolationKind.RealTimeOrder,
        (isWrite ? $"A write made revision {revision}" : $"A call showed revision {revision}")
            + (bound.Call < 0
                ? $", but the store began at revision {bound.Revision}."
                : $", but began after a result that showed revision {bound.Revision}."))
    {
        Revision = revision,
        Calls = WithBound(call, bound),
    };

    private Violation ContradictsGet(CheckedCall call, Seen bound)
    {
        Key key = ((RangeOperation)call.Call.Operation!).Range.Start;
        return new Violation(
            call.Call.IsSerializable ? ViolationKind.SessionOrder : ViolationKind.RealTimeOrder,
            $"Key {key} was never what the read showed at revision {bound.Revision} or after it, which an "
                + "answer before it had shown.")
        {
            Key = key,
            Revision = bound.Revision,
            Calls = WithBound(call, bound),
        };
    }

    private StoreCall[] WithBound(CheckedCall call, Seen bound) =>
        bound.Call < 0 ? [call.Call] : [_history.Calls[bound.Call].Call, call.Call];

    /// <summary>A revision, and the call whose answer showed it.</summary>
    private readonly record struct Seen(long Revision, int Call);
}
