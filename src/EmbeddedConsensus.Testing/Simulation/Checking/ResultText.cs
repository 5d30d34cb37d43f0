using System.Globalization;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>Results as text, for messages about broken promises.</summary>
internal static class ResultText
{
    /// <summary>The result of a command.</summary>
    public static string Of(in ApplyResult result) =>
        result.Error is { } error
            ? $"revision {result.Revision}, refused: {error.Message}"
            : $"revision {result.Revision}, deleted {result.Deleted}, {OfPayload(result.Payload)}";

    /// <summary>The result of a read.</summary>
    public static string Of(RangeResult result) =>
        $"revision {result.Revision}, count {result.Count?.ToString(CultureInfo.InvariantCulture) ?? "none"}, "
        + $"more {result.More}, [{Of(result.Items)}]";

    /// <summary>One key.</summary>
    public static string Of(KeyValue item) =>
        $"{item.Key}={item.Value.ToString().TrimEnd('.')} (created {item.CreateRevision}, changed {item.ModRevision}, "
        + $"version {item.Version})";

    private static string Of(IEnumerable<KeyValue> items) => string.Join(", ", items.Select(Of));

    private static string OfPayload(object? payload) => payload switch
    {
        null => "nothing before",
        KeyValue item => "before: " + Of(item),
        TxnResult txn => CallText.Of(new TxnOperationResult(txn)),
        long[] granted => $"granted [{string.Join(", ", granted)}]",
        IEnumerable<KeyValue> items => $"before: [{Of(items)}]",
        _ => payload.ToString() ?? "",
    };
}
