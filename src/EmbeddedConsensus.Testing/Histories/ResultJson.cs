using System.Text.Json;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Results and events as JSON.</summary>
internal static class ResultJson
{
    /// <summary>Writes a result as a property named by its kind.</summary>
    public static void Write(Utf8JsonWriter json, OperationResult result)
    {
        switch (result)
        {
            case PutOperationResult { Result: var put }:
                json.WriteStartObject("put");
                json.WriteNumber("revision", put.Revision);
                Write(json, "previous", put.Previous is null ? [] : [put.Previous]);
                json.WriteEndObject();
                break;
            case RangeOperationResult { Result: var range }:
                json.WriteStartObject("range");
                json.WriteNumber("revision", range.Revision);
                if (range.Count is { } count)
                {
                    json.WriteNumber("count", count);
                }

                JsonBytes.WriteIfSet(json, "more", range.More);
                Write(json, "items", range.Items);
                json.WriteEndObject();
                break;
            case DeleteOperationResult { Result: var delete }:
                json.WriteStartObject("delete");
                json.WriteNumber("revision", delete.Revision);
                json.WriteNumber("deleted", delete.Deleted);
                Write(json, "previous", delete.Previous);
                json.WriteEndObject();
                break;
            case TxnOperationResult { Result: var txn }:
                Write(json, txn);
                break;
            default:
                throw new NotSupportedException($"There is no JSON of {result}.");
        }
    }

    /// <summary>Reads the result among an object's properties; null when there is none.</summary>
    public static OperationResult? Read(JsonElement element)
    {
        if (element.TryGetProperty("put", out JsonElement put))
        {
            return new PutOperationResult(new PutResult(Revision(put), Items(put, "previous").FirstOrDefault()));
        }

        if (element.TryGetProperty("range", out JsonElement range))
        {
            return new RangeOperationResult(new RangeResult(
                    Items(range, "items"), ReadCount(range), JsonBytes.ReadFlag(range, "more"),
                    Revision(range)));
        }

        if (element.TryGetProperty("delete", out JsonElement delete))
        {
            return new DeleteOperationResult(new DeleteResult(
                    Revision(delete), JsonBytes.ReadNumber(delete, "deleted"), Items(delete, "previous")));
        }

        return element.TryGetProperty("txn", out JsonElement txn) ? new TxnOperationResult(ReadTxn(txn)) : null;
    }

    /// <summary>Writes an event as an object.</summary>
    public static void Write(Utf8JsonWriter json, WatchEvent item)
    {
        json.WriteStartObject();
        JsonBytes.WriteIfSet(json, "isDelete", item.Type == WatchEventType.Delete);
        json.WritePropertyName("item");
        Write(json, item.KeyValue);
        Write(json, "previous", item.Previous is null ? [] : [item.Previous]);
        JsonBytes.WriteIfSet(json, "endsRevision", item.EndsRevision);
        json.WriteEndObject();
    }

    /// <summary>Reads an event.</summary>
    public static WatchEvent ReadEvent(JsonElement element) => new(
        JsonBytes.ReadFlag(element, "isDelete") ? WatchEventType.Delete : WatchEventType.Put,
        ReadItem(element.GetProperty("item")),
        Items(element, "previous").FirstOrDefault(),
        JsonBytes.ReadFlag(element, "endsRevision"));

    private static void Write(Utf8JsonWriter json, TxnResult txn)
    {
        json.WriteStartObject("txn");
        JsonBytes.WriteIfSet(json, "succeeded", txn.Succeeded);
        json.WriteNumber("revision", txn.Revision);
        json.WriteStartArray("responses");
        foreach (OperationResult response in txn.Responses)
        {
            json.WriteStartObject();
            Write(json, response);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static TxnResult ReadTxn(JsonElement element) => new(
        JsonBytes.ReadFlag(element, "succeeded"),
        Revision(element),
        [
            .. element.GetProperty("responses").EnumerateArray().Select(response => Read(response)
                ?? throw new FormatException($"This is no result: {response.GetRawText()}.")),
        ]);

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<KeyValue> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (KeyValue item in items)
        {
            Write(json, item);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, KeyValue item)
    {
        json.WriteStartObject();
        JsonBytes.Write(json, "key", item.Key.Span);
        JsonBytes.Write(json, "value", item.Value.Span);
        JsonBytes.WriteIfSet(json, "created", item.CreateRevision);
        json.WriteNumber("changed", item.ModRevision);
        JsonBytes.WriteIfSet(json, "version", item.Version);
        JsonBytes.WriteIfSet(json, "lease", item.Lease);
        json.WriteEndObject();
    }

    private static KeyValue[] Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement items) ? [.. items.EnumerateArray().Select(ReadItem)] : [];

    private static KeyValue ReadItem(JsonElement element) => new(
        JsonBytes.Read(element.GetProperty("key")),
        JsonBytes.Read(element.GetProperty("value")),
        JsonBytes.ReadNumber(element, "created"),
        JsonBytes.ReadNumber(element, "changed"),
        JsonBytes.ReadNumber(element, "version"),
        JsonBytes.ReadNumber(element, "lease"));

    private static long? ReadCount(JsonElement range) =>
        range.TryGetProperty("count", out JsonElement count) ? count.GetInt64() : null;

    private static long Revision(JsonElement element) => element.GetProperty("revision").GetInt64();
}
