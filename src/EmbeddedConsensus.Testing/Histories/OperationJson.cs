using System.Text.Json;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Operations as JSON.</summary>
internal static class OperationJson
{
    /// <summary>Writes an operation as a property named by its kind.</summary>
    public static void Write(Utf8JsonWriter json, Operation operation)
    {
        switch (operation)
        {
            case PutOperation put:
                json.WriteStartObject("put");
                JsonBytes.Write(json, "key", put.Key.Span);
                JsonBytes.Write(json, "value", put.Value.Span);
                JsonBytes.WriteIfSet(json, "previous", put.ReturnPrevious);
                JsonBytes.WriteIfSet(json, "lease", put.Lease);
                json.WriteEndObject();
                break;
            case DeleteOperation delete:
                json.WriteStartObject("delete");
                JsonBytes.Write(json, "range", delete.Range);
                JsonBytes.WriteIfSet(json, "previous", delete.ReturnPrevious);
                json.WriteEndObject();
                break;
            case RangeOperation range:
                json.WriteStartObject("range");
                JsonBytes.Write(json, "range", range.Range);
                Write(json, range.Options);
                json.WriteEndObject();
                break;
            case TxnOperation txn:
                json.WriteStartObject("txn");
                Write(json, txn.Txn);
                json.WriteEndObject();
                break;
            default:
                throw new NotSupportedException($"There is no JSON of {operation}.");
        }
    }

    /// <summary>Reads the operation among an object's properties; null when there is none.</summary>
    public static Operation? Read(JsonElement element)
    {
        if (element.TryGetProperty("put", out JsonElement put))
        {
            return Op.Put(
                JsonBytes.Read(put.GetProperty("key")),
                JsonBytes.Read(put.GetProperty("value")),
                JsonBytes.ReadFlag(put, "previous"),
                JsonBytes.ReadNumber(put, "lease"));
        }

        if (element.TryGetProperty("delete", out JsonElement delete))
        {
            return Op.Delete(
                JsonBytes.ReadRange(delete.GetProperty("range")), JsonBytes.ReadFlag(delete, "previous"));
        }

        if (element.TryGetProperty("range", out JsonElement range))
        {
            return Op.Range(JsonBytes.ReadRange(range.GetProperty("range")), ReadOptions(range));
        }

        return element.TryGetProperty("txn", out JsonElement txn) ? Op.Txn(ReadTxn(txn)) : null;
    }

    private static void Write(Utf8JsonWriter json, RangeOptions options)
    {
        JsonBytes.WriteIfSet(json, "serializable", options.Consistency == Consistency.Serializable);
        JsonBytes.WriteIfSet(json, "revision", options.Revision);
        JsonBytes.WriteIfSet(json, "limit", options.Limit);
        JsonBytes.WriteIfSet(json, "sort", (long)options.SortTarget);
        JsonBytes.WriteIfSet(json, "descending", options.SortOrder == SortOrder.Descending);
        JsonBytes.WriteIfSet(json, "keysOnly", options.KeysOnly);
        JsonBytes.WriteIfSet(json, "countOnly", options.CountOnly);
        JsonBytes.WriteIfSet(json, "includeCount", options.IncludeCount);
        JsonBytes.WriteIfSet(json, "minMod", options.MinModRevision);
        JsonBytes.WriteIfSet(json, "maxMod", options.MaxModRevision);
        JsonBytes.WriteIfSet(json, "minCreate", options.MinCreateRevision);
        JsonBytes.WriteIfSet(json, "maxCreate", options.MaxCreateRevision);
    }

    private static RangeOptions ReadOptions(JsonElement element) => new()
    {
        Consistency = JsonBytes.ReadFlag(element, "serializable") ? Consistency.Serializable : Consistency.Linearizable,
        Revision = JsonBytes.ReadNumber(element, "revision"),
        Limit = JsonBytes.ReadNumber(element, "limit"),
        SortTarget = (SortTarget)JsonBytes.ReadNumber(element, "sort"),
        SortOrder = JsonBytes.ReadFlag(element, "descending") ? SortOrder.Descending : SortOrder.Ascending,
        KeysOnly = JsonBytes.ReadFlag(element, "keysOnly"),
        CountOnly = JsonBytes.ReadFlag(element, "countOnly"),
        IncludeCount = JsonBytes.ReadFlag(element, "includeCount"),
        MinModRevision = JsonBytes.ReadNumber(element, "minMod"),
        MaxModRevision = JsonBytes.ReadNumber(element, "maxMod"),
        MinCreateRevision = JsonBytes.ReadNumber(element, "minCreate"),
        MaxCreateRevision = JsonBytes.ReadNumber(element, "maxCreate"),
    };

    private static void Write(Utf8JsonWriter json, Txn txn)
    {
        json.WriteStartArray("if");
        foreach (Compare condition in txn.Conditions)
        {
            Write(json, condition);
        }

        json.WriteEndArray();
        Write(json, "then", txn.Success.AsSpan());
        Write(json, "else", txn.Failure.AsSpan());
    }

    private static void Write(Utf8JsonWriter json, string name, ReadOnlySpan<Operation> operations)
    {
        json.WriteStartArray(name);
        foreach (Operation operation in operations)
        {
            json.WriteStartObject();
            Write(json, operation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Compare condition)
    {
        json.WriteStartObject();
        JsonBytes.Write(json, "range", condition.Range);
        json.WriteNumber("target", (int)condition.Target);
        json.WriteNumber("relation", (int)condition.Relation);
        if (condition.Target == CompareTarget.Value)
        {
            JsonBytes.Write(json, "value", condition.Operand.Span);
        }
        else
        {
            json.WriteNumber("number", condition.Number);
        }

        json.WriteEndObject();
    }

    private static Txn ReadTxn(JsonElement element) => Txn
        .If([.. element.GetProperty("if").EnumerateArray().Select(ReadCondition)])
        .Then([.. element.GetProperty("then").EnumerateArray().Select(ReadInner)])
        .Else([.. element.GetProperty("else").EnumerateArray().Select(ReadInner)]);

    private static Operation ReadInner(JsonElement element) =>
        Read(element) ?? throw new FormatException($"This is no operation: {element.GetRawText()}.");

    private static Compare ReadCondition(JsonElement element)
    {
        KeyRange range = JsonBytes.ReadRange(element.GetProperty("range"));
        CompareTarget target = (CompareTarget)element.GetProperty("target").GetInt32();
        CompareRelation relation = (CompareRelation)element.GetProperty("relation").GetInt32();
        return target == CompareTarget.Value
            ? Compare.OfValue(range, relation, JsonBytes.Read(element.GetProperty("value")))
            : Compare.OfNumber(range, target, relation, element.GetProperty("number").GetInt64());
    }
}
