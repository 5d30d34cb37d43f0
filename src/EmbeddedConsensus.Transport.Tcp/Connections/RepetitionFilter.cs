namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Lets a message to the log pass when it is new, and once a minute when it is not.</summary>
internal sealed class RepetitionFilter
{
    private const long RepeatMilliseconds = 60_000;

    private readonly Lock _gate = new();
    private string? _last;
    private long _loggedAt;

    /// <summary>Whether to log <paramref name="message"/>.</summary>
    public bool ShouldLog(string message)
    {
        long now = Environment.TickCount64;
        lock (_gate)
        {
            if (message == _last && now - _loggedAt < RepeatMilliseconds)
            {
                return false;
            }

            _last = message;
            _loggedAt = now;
            return true;
        }
    }

    /// <summary>Forgets what was logged: things went well in between.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _last = null;
        }
    }
}
