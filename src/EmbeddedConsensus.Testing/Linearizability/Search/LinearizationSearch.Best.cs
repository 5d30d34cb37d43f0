namespace EmbeddedConsensus.Testing.Linearizability;

/// <content>The longest path found, which explains a failure.</content>
internal sealed partial class LinearizationSearch<TState, TInput, TOutput>
{
    private readonly List<int> _best = [];
    private int[] _stuck = [];

    // The length of the prefix that the best path shares with the current one, so that a path that grows and shrinks at
    // its end is not copied as a whole each time.
    private int _intact;

    private void KeepBest()
    {
        if (_path.Count <= _best.Count && _best.Count > 0)
        {
            return;
        }

        _best.RemoveRange(_intact, _best.Count - _intact);
        // A stack enumerates from its top.
        _best.AddRange(_path.Take(_path.Count - _intact).Reverse().Select(CallOf));
        _intact = _path.Count;
        _stuck = [.. OpenCalls()];
    }

    private int CallOf(Step step) =>
        step.IsUnreturned ? _timeline.Unreturned[step.Place] : _timeline.CallOf[step.Place];

    // The calls that started before the first open return, that one among them.
    private IEnumerable<int> OpenCalls()
    {
        for (int entry = _entries.First; entry != _entries.End && !_timeline.IsReturn[entry];
            entry = _entries.Next(entry))
        {
            yield return _timeline.CallOf[entry];
        }
    }
}
