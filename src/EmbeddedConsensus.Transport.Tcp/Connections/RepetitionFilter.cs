namespace EmbeddedConsensus.Transport.Tcp.Connections;

/// <summary>Lets a message to the log pass when it is new, and once a minute when it is not. Of more than a bounded
/// number of different messages a minute the rest are held back.</summary>
internal sealed class RepetitionFilter
{
    private const long RepeatMilliseconds = 60_000;
    private const int MaxMessages = 32;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _loggedAt = [];

    /// <summary>Whether to log <paramref name="message"/>.</summary>
    public bool ShouldLog(string message)
    {
        long now = Environment.TickCount64;
        lock (_gate)
        {
            if (_loggedAt.TryGetValue(message, out long loggedAt) && now - loggedAt < RepeatMilliseconds)
            {
                return false;
            }

            if (_loggedAt.Count >= MaxMessages)
            {
                ForgetBefore(now - RepeatMilliseconds);
            }

            if (_loggedAt.Count >= MaxMessages)
            {
                return false;
            }

            _loggedAt[message] = now;
            return true;
        }
    }

    /// <summary>Forgets what was logged: things went well in between.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _loggedAt.Clear();
        }
    }

    private void ForgetBefore(long time)
    {
        foreach ((string message, long loggedAt) in _loggedAt)
        {
            if (loggedAt <= time)
            {
                _loggedAt.Remove(message);
            }
        }
    }
}
