using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Tests.Diagnostics;

/// <summary>Keeps the lines that the members of a cluster log at Information and above.</summary>
internal sealed class LogRecorder : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> _lines = new();

    public IReadOnlyCollection<string> Texts => [.. _lines.Select(line => line.Text)];

    /// <summary>How many lines each event has; forgets them.</summary>
    public SortedDictionary<string, int> Take()
    {
        SortedDictionary<string, int> counts = [];
        while (_lines.TryDequeue(out (LogLevel Level, EventId Id, string Text) line))
        {
            // The host's own lines have no event name.
            string name = line.Id.Name ?? "";
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        return counts;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId, formatter(state, exception)));

    public void Dispose()
    {
        // The lines outlive the cluster.
    }
}
