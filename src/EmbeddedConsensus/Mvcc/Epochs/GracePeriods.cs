namespace EmbeddedConsensus.Mvcc;

/// <summary>Lets the writer know when the searches in version chains that began before some instant have ended, so that
/// what it unlinked before it can be freed. A section lasts for one search, however long the view around it is
/// held.</summary>
/// <remarks>A reader counts itself in the present phase and then checks that the phase is still the present one; the
/// writer unlinks, changes the phase and then reads the counters of the old one. Both have a full fence between the two
/// steps (the interlocked operations), so one of them sees the other: a reader that the writer does not see began after
/// the change and finds nothing that was unlinked before it.</remarks>
internal sealed class GracePeriods
{
    private const int StripeCount = 8;
    private const int StripeStride = 16;
    private readonly long[] _sections = new long[(2 * StripeCount + 1) * StripeStride];
    private int _phase;

    /// <summary>Begins a section.</summary>
    public GraceSection Enter()
    {
        int stripe = Environment.CurrentManagedThreadId & (StripeCount - 1);
        while (true)
        {
            int phase = Volatile.Read(ref _phase);
            int counter = ((phase * StripeCount) + stripe + 1) * StripeStride;
            Interlocked.Increment(ref _sections[counter]);
            if (Volatile.Read(ref _phase) == phase)
            {
                return new GraceSection(this, counter);
            }
            Interlocked.Decrement(ref _sections[counter]);
        }
    }

    /// <summary>Ends a section.</summary>
    public void Exit(int counter) => Interlocked.Decrement(ref _sections[counter]);

    /// <summary>Starts the wait for the sections that run now. The previous wait must be over.</summary>
    public void Begin() => Interlocked.Exchange(ref _phase, _phase ^ 1);

    /// <summary>Whether the sections that ran at the last <see cref="Begin"/> have ended.</summary>
    public bool IsOver()
    {
        int old = _phase ^ 1;
        for (int stripe = 0; stripe < StripeCount; stripe++)
        {
            if (Volatile.Read(ref _sections[((old * StripeCount) + stripe + 1) * StripeStride]) != 0)
            {
                return false;
            }
        }
        return true;
    }
}
