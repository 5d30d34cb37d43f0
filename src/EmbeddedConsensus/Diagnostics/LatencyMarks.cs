using System.Diagnostics.Metrics;

namespace EmbeddedConsensus.Diagnostics;

/// <summary>Times how long log indexes take to get from one stage to the next: a mark when the first stage reaches an
/// index, a measurement when the second one does. The marks are bounded; while none is free, none is set.</summary>
internal sealed class LatencyMarks(Histogram<double> histogram, TimeProvider time)
{
    private const int MaxMarks = 64;

    private readonly (ulong Index, long Timestamp)[] _marks = new (ulong, long)[MaxMarks];
    private int _first;
    private int _count;

    /// <summary>The first stage has reached an index.</summary>
    public void Set(ulong index)
    {
        if (histogram.Enabled && _count < MaxMarks)
        {
            _marks[(_first + _count++) % MaxMarks] = (index, time.GetTimestamp());
        }
    }

    /// <summary>The second stage has reached an index.</summary>
    public void Reach(ulong index)
    {
        while (_count > 0 && _marks[_first].Index <= index)
        {
            histogram.Record(time.GetElapsedTime(_marks[_first].Timestamp).TotalSeconds);
            _first = (_first + 1) % MaxMarks;
            _count--;
        }
    }

    /// <summary>Forgets the marks: the entries may never get to the second stage.</summary>
    public void Clear() => _count = 0;
}
