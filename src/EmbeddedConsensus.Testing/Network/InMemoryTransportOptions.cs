namespace EmbeddedConsensus.Testing.Network;

/// <summary>The bounds of a transport of an <see cref="InMemoryNetwork"/>.</summary>
public sealed class InMemoryTransportOptions
{
    /// <summary>Messages that may wait for one peer on one lane; further ones are dropped. At least 1; 4,096 by
    /// default.</summary>
    public int SendQueueMessages { get; set; } = 4096;

    /// <summary>Payload bytes that may wait for one peer on one lane; further messages are dropped. At least 1;
    /// 16 MiB by default. A single message may be larger: it is taken when nothing else waits.</summary>
    public long SendQueueBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How long a request waits for its answer. Positive; 30 s by default.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        if (SendQueueMessages < 1)
        {
            throw new ArgumentException(
                $"{nameof(SendQueueMessages)} is {SendQueueMessages}; set it to 1 or more.", nameof(SendQueueMessages));
        }

        if (SendQueueBytes < 1)
        {
            throw new ArgumentException(
                $"{nameof(SendQueueBytes)} is {SendQueueBytes}; set it to 1 or more bytes.", nameof(SendQueueBytes));
        }

        if (RequestTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"{nameof(RequestTimeout)} is {RequestTimeout}; set it to a positive time.", nameof(RequestTimeout));
        }
    }
}
