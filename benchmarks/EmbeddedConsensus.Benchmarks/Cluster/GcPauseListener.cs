using System.Diagnostics.Tracing;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>Listens to the runtime's events for how long the garbage collector stopped all threads.</summary>
internal sealed class GcPauseListener : EventListener
{
    private const string RuntimeSource = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords GcKeyword = (EventKeywords)0x1;

    private readonly Lock _gate = new();
    private DateTime? _suspended;
    private TimeSpan _longest;

    /// <summary>The longest pause since the start, or since <see cref="Reset"/>.</summary>
    public TimeSpan Longest
    {
        get
        {
            lock (_gate)
            {
                return _longest;
            }
        }
    }

    /// <summary>Forgets the pauses so far.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _longest = TimeSpan.Zero;
        }
    }

    /// <inheritdoc />
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == RuntimeSource)
        {
            EnableEvents(eventSource, EventLevel.Informational, GcKeyword);
        }
    }

    /// <inheritdoc />
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The names carry a version after the part that is compared.
        if (eventData.EventName is not { } name || _gate is null)
        {
            return;
        }

        lock (_gate)
        {
            if (name.StartsWith("GCSuspendEEBegin", StringComparison.Ordinal))
            {
                _suspended = eventData.TimeStamp;
            }
            else if (name.StartsWith("GCRestartEEEnd", StringComparison.Ordinal) && _suspended is { } suspended)
            {
                TimeSpan pause = eventData.TimeStamp - suspended;
                _longest = pause > _longest ? pause : _longest;
                _suspended = null;
            }
        }
    }
}
