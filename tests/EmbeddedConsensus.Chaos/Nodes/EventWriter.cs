using System.Text.Json;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Writes events, one per line, from any thread.</summary>
/// <param name="output">Receives the lines.</param>
internal sealed class EventWriter(TextWriter output)
{
    private readonly Lock _gate = new();

    /// <summary>Writes an event.</summary>
    /// <param name="nodeEvent">The event.</param>
    public void Write(NodeEvent nodeEvent)
    {
        string line = JsonSerializer.Serialize(nodeEvent);
        lock (_gate)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
