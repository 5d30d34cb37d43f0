namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// One search for a linearization. Iterative: a recursion as deep as the history would overflow the stack.
/// </summary>
internal sealed partial class LinearizationSearch<TState, TInput, TOutput>
    where TState : IEquatable<TState>
{
    private readonly ISequentialModel<TState, TInput, TOutput> _model;
    private readonly IReadOnlyList<ModelCall<TInput, TOutput>> _calls;
    private readonly SearchBudget _budget;
    private readonly Timeline _timeline;

    // The calls not taken yet. Positions in the second list are positions in Timeline.Unreturned.
    private readonly EntryList _entries;
    private readonly EntryList _unreturned;

    // The calls taken: the path, and the same as bits. The rank of a call that returned is its position among the
    // starts.
    private readonly Stack<Step> _path = new();
    private readonly HashSet<(LinearizedSet Taken, TState State)> _visited = [];
    private readonly ulong[] _takenBits;
    private readonly ulong[] _takenUnreturnedBits;
    private readonly int[] _rankOf;
    private int _takenWords;
    private int _takenUnreturnedWords;
    private TState _state;

    public LinearizationSearch(
        ISequentialModel<TState, TInput, TOutput> model,
        IReadOnlyList<ModelCall<TInput, TOutput>> calls,
        SearchBudget budget)
    {
        _model = model;
        _calls = calls;
        _budget = budget;
        _timeline = Timeline.Of(calls);
        _entries = new EntryList(_timeline.CallOf.Length);
        _unreturned = new EntryList(_timeline.Unreturned.Length);
        _takenBits = new ulong[(_timeline.CallOf.Length / 2 / 64) + 1];
        _takenUnreturnedBits = new ulong[(_timeline.Unreturned.Length / 64) + 1];
        _rankOf = new int[_timeline.CallOf.Length];
        int rank = 0;
        for (int entry = 0; entry < _rankOf.Length; entry++)
        {
            _rankOf[entry] = _timeline.IsReturn[entry] ? -1 : rank++;
        }

        _state = model.InitialState;
    }

    /// <summary>Searches to the end, or until the budget is exhausted.</summary>
    public SearchResult Run()
    {
        long before = _budget.States;
        Verdict verdict = Search();
        if (verdict == Verdict.Linearizable)
        {
            _best.Clear();
            _intact = 0;
            KeepBest();
            _stuck = [];
        }

        return new SearchResult(verdict, [.. _best], _stuck, _budget.States - before);
    }

    private Verdict Search()
    {
        Cursor cursor = new(IsUnreturned: false, _entries.First);
        while (_entries.First != _entries.End)
        {
            if (cursor.IsUnreturned)
            {
                cursor = TryUnreturned(cursor.Place);
            }
            else if (_timeline.IsReturn[cursor.Place])
            {
                // An open return: no call that starts after it can come first. Calls that never returned still can.
                cursor = new Cursor(IsUnreturned: true, _unreturned.First);
            }
            else
            {
                cursor = TryReturned(cursor.Place);
            }

            if (_budget.Exhaustion is not null)
            {
                KeepBest();
                return Verdict.Undecided;
            }

            if (cursor.IsDeadEnd)
            {
                KeepBest();
                if (_path.Count == 0)
                {
                    return Verdict.NotLinearizable;
                }

                cursor = GoBack();
            }
        }

        return Verdict.Linearizable;
    }

    private Cursor TryReturned(int entry)
    {
        ModelCall<TInput, TOutput> call = _calls[_timeline.CallOf[entry]];
        if (_model.TryAnswer(_state, call.Input, call.Output!, out TState? next))
        {
            int rank = _rankOf[entry];
            Step step = new(false, entry, _state, _takenWords, _takenUnreturnedWords);
            Set(_takenBits, rank);
            _entries.Unlink(entry);
            _entries.Unlink(_timeline.ReturnOf[entry]);
            _takenWords = Math.Max(_takenWords, (rank / 64) + 1);
            if (Visit(step, next))
            {
                return new Cursor(false, _entries.First);
            }
        }

        return new Cursor(false, _entries.Next(entry));
    }

    private Cursor TryUnreturned(int place)
    {
        // It cannot come before its start: the first open return must be after that.
        if (place == _unreturned.End || _timeline.UnreturnedFrom[place] > FirstOpenReturn())
        {
            return Cursor.DeadEnd;
        }

        ModelCall<TInput, TOutput> call = _calls[_timeline.Unreturned[place]];
        if (_model.TryExecute(_state, call.Input, out TState? next))
        {
            Step step = new(true, place, _state, _takenWords, _takenUnreturnedWords);
            Set(_takenUnreturnedBits, place);
            _unreturned.Unlink(place);
            _takenUnreturnedWords = Math.Max(_takenUnreturnedWords, (place / 64) + 1);
            if (Visit(step, next))
            {
                return new Cursor(false, _entries.First);
            }
        }

        return new Cursor(true, _unreturned.Next(place));
    }

    // Takes a step if no path has reached its result before; otherwise undoes it.
    private bool Visit(in Step step, TState next)
    {
        int firstWord = _entries.First == _entries.End ? 0 : _rankOf[_entries.First] / 64;
        LinearizedSet taken = new(
            _takenBits.AsSpan(0, _takenWords), firstWord, _takenUnreturnedBits.AsSpan(0, _takenUnreturnedWords));
        if (_budget.TryVisit() && _visited.Add((taken, next)))
        {
            _path.Push(step);
            _state = next;
            return true;
        }

        Undo(step);
        return false;
    }

    private Cursor GoBack()
    {
        Step step = _path.Pop();
        _intact = Math.Min(_intact, _path.Count);
        Undo(step);
        EntryList list = step.IsUnreturned ? _unreturned : _entries;
        return new Cursor(step.IsUnreturned, list.Next(step.Place));
    }

    private void Undo(in Step step)
    {
        if (step.IsUnreturned)
        {
            Clear(_takenUnreturnedBits, step.Place);
            _unreturned.Relink(step.Place);
        }
        else
        {
            Clear(_takenBits, _rankOf[step.Place]);
            _entries.Relink(_timeline.ReturnOf[step.Place]);
            _entries.Relink(step.Place);
        }

        _state = step.StateBefore;
        _takenWords = step.TakenWords;
        _takenUnreturnedWords = step.TakenUnreturnedWords;
    }

    private int FirstOpenReturn()
    {
        int entry = _entries.First;
        while (!_timeline.IsReturn[entry])
        {
            entry = _entries.Next(entry);
        }

        return entry;
    }

    private static void Set(ulong[] bits, int index) => bits[index / 64] |= 1UL << (index % 64);

    private static void Clear(ulong[] bits, int index) => bits[index / 64] &= ~(1UL << (index % 64));

    /// <summary>The position at which the search looks for the next step.</summary>
    private readonly record struct Cursor(bool IsUnreturned, int Place, bool IsDeadEnd = false)
    {
        public static Cursor DeadEnd => new(true, 0, true);
    }

    /// <summary>A call that was taken, and what must be restored when it is undone.</summary>
    private readonly record struct Step(
        bool IsUnreturned, int Place, TState StateBefore, int TakenWords, int TakenUnreturnedWords);
}
