namespace EmbeddedConsensus.Mvcc;

/// <summary>A reader's search in version chains; see <see cref="GracePeriods"/>.</summary>
internal readonly ref struct GraceSection : IDisposable
{
    private readonly GracePeriods _periods;
    private readonly int _counter;

    /// <summary>A section that has begun.</summary>
    public GraceSection(GracePeriods periods, int counter)
    {
        _periods = periods;
        _counter = counter;
    }

    /// <summary>Ends the section.</summary>
    public void Dispose() => _periods.Exit(_counter);
}
