namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>The waits between attempts: doubling, bounded, and spread so that members do not act in step.</summary>
internal sealed class ReconnectBackoff(TimeSpan min, TimeSpan max)
{
    private readonly TimeSpan _min = min;
    private TimeSpan _next = min;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
        TimeSpan wait = _next;
        _next = wait + wait < max ? wait + wait : max;
        return wait * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    /// <summary>Begins again with the shortest wait.</summary>
    public void Reset() => _next = _min;
}
