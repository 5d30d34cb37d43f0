using System.Buffers;
using System.Text.Json;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Writes a history as lines of JSON, event by event. Not thread-safe.</summary>
internal sealed class HistoryWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    public HistoryWriter(Stream stream)
    {
        _stream = stream;
        _json = new Utf8JsonWriter(_line);
    }

    /// <summary>A call begins.</summary>
    public void CallBegins(int number, StoreCall call)
    {
        Begin(HistoryLine.Invoke, number);
        _json.WriteNumber("client", call.Client);
        if (call.Session.Length > 0)
        {
            _json.WriteString("session", call.Session);
        }

        _json.WriteNumber("at", call.InvokedAt);
        if (call.Operation is { } operation)
        {
            OperationJson.Write(_json, operation);
        }
        else
        {
            _json.WriteNumber("compact", call.CompactRevision);
        }

        End();
    }

    /// <summary>A call ends.</summary>
    public void CallEnds(int number, StoreCall call)
    {
        Begin(HistoryLine.Return, number);
        _json.WriteNumber("at", call.ReturnedAt);
        _json.WriteString("outcome", call.Outcome.ToString());
        if (call.Result is { } result)
        {
            ResultJson.Write(_json, result);
        }

        if (call.Refusal is { } refusal)
        {
            _json.WriteStartArray("refusal");
            _json.WriteNumberValue(refusal.RequestedRevision);
            _json.WriteNumberValue(refusal.StoreRevision);
            _json.WriteNumberValue(refusal.CompactRevision);
            _json.WriteEndArray();
        }

        if (call.Error is { } error)
        {
            _json.WriteString("error", error);
        }

        End();
    }

    /// <summary>A watch begins.</summary>
    public void WatchBegins(int number, WatchRecording watch)
    {
        Begin(HistoryLine.Watch, number);
        _json.WriteString("name", watch.Name);
        JsonBytes.Write(_json, "range", watch.Range);
        _json.WriteNumber("from", watch.Options.StartRevision);
        JsonBytes.WriteIfSet(_json, "previous", watch.Options.IncludePrevious);
        JsonBytes.WriteIfSet(_json, "skipPuts", watch.Options.SkipPuts);
        JsonBytes.WriteIfSet(_json, "skipDeletes", watch.Options.SkipDeletes);
        End();
    }

    /// <summary>A watch delivers something.</summary>
    public void WatchDelivers(int number, WatchRecord record)
    {
        Begin(HistoryLine.Deliver, number);
        if (record.Bookmark > 0)
        {
            _json.WriteNumber("bookmark", record.Bookmark);
        }

        _json.WriteStartArray("events");
        foreach (WatchEvent item in record.Events)
        {
            ResultJson.Write(_json, item);
        }

        _json.WriteEndArray();
        End();
    }

    /// <inheritdoc />
    public void Dispose() => _json.Dispose();

    private void Begin(string kind, int number)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber(kind, number);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.GetSpan(1)[0] = (byte)'\n';
        _line.Advance(1);
        // In one write, so that a concurrent reader, or one after a kill, sees whole lines and at most one torn one.
        _stream.Write(_line.WrittenSpan);
        _stream.Flush();
    }
}
