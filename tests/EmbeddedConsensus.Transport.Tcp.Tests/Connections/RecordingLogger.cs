using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Transport.Tcp.Tests.Connections;

/// <summary>Keeps what is logged.</summary>
internal sealed class RecordingLogger : ILogger<TcpTransport>
{
    private readonly ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> _lines = [];

    public string[] TextsOf(int eventId) => [.. _lines.Where(line => line.Id.Id == eventId).Select(line => line.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) => _lines.Enqueue((logLevel, eventId, formatter(state, exception)));
}
