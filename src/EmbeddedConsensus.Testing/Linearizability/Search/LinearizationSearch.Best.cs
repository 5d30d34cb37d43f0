namespace EmbeddedConsensus.Testing.Linearizability;

/// <content>The longest path that was found, which is what explains a failure.</content>
internal sealed partial class LinearizationSearch<TState, TInput, TOutput>
{
    private readonly List<int> _best = [];
    private int[] _stuck = [];

    // How much of the best path is also the beginning of the present one, so that a path that grows and shrinks at its
    // end is not copied as a whole each time.
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

    // Those that began before the first open answer, that one among them.
    private IEnumerable<int> OpenCalls()
    {
        for (int entry = _entries.First; entry != _entries.End && !_timeline.IsReturn[entry];
            entry = _entries.Next(entry))
        {
            yield return _timeline.CallOf[entry];
        }
    }
}
