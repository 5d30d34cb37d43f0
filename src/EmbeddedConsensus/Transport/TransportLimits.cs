namespace EmbeddedConsensus.Transport;

/// <summary>Limits that every <see cref="ITransport"/> enforces.</summary>
public static class TransportLimits
{
    /// <summary>The largest request and the largest reply, in bytes: 64 KiB, enough for a whole membership with its
    /// addresses.</summary>
    public const int MaxRequestBytes = 64 << 10;

    /// <summary>The most incoming requests that a member handles at a time: 64. Further ones are rejected.</summary>
    public const int MaxConcurrentRequests = 64;

    /// <summary>Checks the length of a request before it is sent.</summary>
    /// <param name="length">The length, in bytes.</param>
    /// <exception cref="ArgumentException">It is longer than <see cref="MaxRequestBytes"/>.</exception>
    public static void CheckRequest(int length)
    {
        if (length > MaxRequestBytes)
        {
            throw new ArgumentException(
                $"The request has {length} bytes; the limit is {MaxRequestBytes}.", nameof(length));
        }
    }
}
