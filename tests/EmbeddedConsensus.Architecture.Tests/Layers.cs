namespace EmbeddedConsensus.Architecture.Tests;

/// <summary>The layers of the core and the layers that each may use. Every layer may use the API. See
/// docs/architecture.md.</summary>
internal static class Layers
{
    private const string Root = "EmbeddedConsensus.";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Mvcc"] = [],
        ["Commands"] = ["Mvcc"],
        ["Raft"] = ["Commands", "Mvcc"],
        ["Watches"] = ["Commands", "Mvcc"],
        ["Leases"] = ["Commands", "Mvcc"],
        ["Auth"] = ["Commands", "Mvcc"],
        ["StateMachine"] = ["Commands", "Mvcc", "Leases"],
        ["Storage"] = ["Raft"],
        ["Transport"] = ["Raft"],
        ["Diagnostics"] = ["Raft", "Storage", "Transport"],
        ["Replica"] =
        [
            "Mvcc", "Commands", "Raft", "Watches", "Leases", "Auth", "StateMachine", "Storage", "Transport",
            "Diagnostics",
        ],
    };

    /// <summary>The layers below Hosting, which may use all of them.</summary>
    public static IEnumerable<string> All => Allowed.Keys;

    /// <summary>The folders whose code is a function of its inputs.</summary>
    public static IReadOnlyList<string> Pure { get; } =
        ["Raft", "Mvcc", "Commands", "StateMachine", "Watches", "Leases", "Auth", "Replica/Core"];

    /// <summary>The namespace of a layer.</summary>
    public static string NamespaceOf(string layer) => Root + layer;

    /// <summary>The namespaces that a layer must not use.</summary>
    public static string[] ForbiddenTo(string layer) =>
    [
        .. Allowed.Keys.Append("Hosting").Except(Allowed[layer]).Where(other => other != layer).Select(NamespaceOf),
    ];

    /// <summary>The namespaces that the API must not use.</summary>
    public static string[] ForbiddenToApi => [.. Allowed.Keys.Append("Hosting").Select(NamespaceOf)];
}
