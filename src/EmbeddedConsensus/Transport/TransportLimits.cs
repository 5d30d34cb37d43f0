namespace EmbeddedConsensus.Transport;

/// <summary>Bounds that every <see cref="ITransport"/> keeps.</summary>
public static class TransportLimits
{
    /// <summary>The longest request, and the longest answer: 64 KiB. A whole membership with its addresses
    /// fits.</summary>
    public const int MaxRequestBytes = 64 << 10;

    /// <summary>How many requests of others a member works on at a time: 64. Further ones are turned away.</summary>
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
