namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>Virtual time: everything that is going to happen, in order. Events of the same moment happen in the order
/// in which they were scheduled.</summary>
internal sealed class EventHeap
{
    private readonly PriorityQueue<ScheduledEvent, Moment> _events = new(MomentComparer.Instance);
    private long _sequence;

    /// <summary>The present, in microseconds since the simulation began.</summary>
    public long Now { get; private set; }

    /// <summary>The number of events that happened.</summary>
    public long Happened { get; private set; }

    /// <summary>Schedules an event.</summary>
    /// <param name="delayMicros">The delay; zero is after what is already due now.</param>
    /// <param name="kind">The kind, for the trace.</param>
    /// <param name="actor">The replica, for the trace.</param>
    /// <param name="action">The action.</param>
    public void Schedule(long delayMicros, EventKind kind, ulong actor, Action action) =>
        _events.Enqueue(
            new ScheduledEvent(kind, actor, action), new Moment(Now + Math.Max(0, delayMicros), _sequence++));

    /// <summary>Lets the next event happen, if there is one up to a time.</summary>
    public bool TryStep(long untilMicros, TraceHash trace)
    {
        if (!_events.TryPeek(out _, out Moment due) || due.Micros > untilMicros)
        {
            Now = Math.Max(Now, untilMicros);
            return false;
        }

        ScheduledEvent next = _events.Dequeue();
        Now = due.Micros;
        Happened++;
        trace.Add((ulong)Now, ((ulong)next.Kind << 56) ^ next.Actor);
        next.Action();
        return true;
    }

    private readonly record struct ScheduledEvent(EventKind Kind, ulong Actor, Action Action);

    private readonly record struct Moment(long Micros, long Sequence);

    private sealed class MomentComparer : IComparer<Moment>
    {
        public static MomentComparer Instance { get; } = new();

        public int Compare(Moment x, Moment y) =>
            x.Micros != y.Micros ? x.Micros.CompareTo(y.Micros) : x.Sequence.CompareTo(y.Sequence);
    }
}
