using EmbeddedConsensus.Etcd.Mapping;
using EmbeddedConsensus.Etcd.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace EmbeddedConsensus;

/// <summary>The addresses at which probes ask.</summary>
internal static class HealthEndpoints
{
    private const string SerializableRead = "serializable_read";
    private const string LinearizableRead = "linearizable_read";
    private const string NonLearner = "non_learner";

    // As long as etcd waits for its own read.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Maps them.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health", HealthAsync);
        endpoints.MapGet("/livez", (EtcdStore store, HttpContext http) => CheckAsync(store, http, [SerializableRead]));
        endpoints.MapGet("/readyz", (EtcdStore store, HttpContext http) =>
            CheckAsync(store, http, [SerializableRead, LinearizableRead, NonLearner]));
        const string Version = MaintenanceService.ProtocolVersion;
        endpoints.MapGet("/version", (HttpContext http) => Json(
            http, $$"""{"etcdserver":"{{Version}}","etcdcluster":"{{Version}}"}"""));
    }

    private static async Task HealthAsync(EtcdStore store, HttpContext http)
    {
        bool isSerializable = http.Request.Query["serializable"] == "true";
        string? reason = await FailureAsync(
            store, isSerializable ? SerializableRead : LinearizableRead, http.RequestAborted);
        if (reason is not null)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }

        string health = reason is null ? "true" : "false";
        await Json(http, $$"""{"health":"{{health}}","reason":"{{(reason is null ? "" : "RANGE ERROR")}}"}""");
    }

    private static async Task CheckAsync(EtcdStore store, HttpContext http, string[] checks)
    {
        StringValues excluded = http.Request.Query["exclude"];
        List<string> lines = [];
        bool hasFailed = false;
        foreach (string check in checks.Where(check => !excluded.Contains(check)))
        {
            string? reason = await FailureAsync(store, check, http.RequestAborted);
            hasFailed |= reason is not null;
            lines.Add(reason is null ? $"[+]{check} ok" : $"[-]{check} failed: {reason}");
        }

        http.Response.StatusCode =
            hasFailed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        http.Response.ContentType = "text/plain; charset=utf-8";
        bool isVerbose = hasFailed || http.Request.Query.ContainsKey("verbose");
        await http.Response.WriteAsync(
            isVerbose ? string.Join('\n', [.. lines, hasFailed ? "failed" : "ok", ""]) : "ok\n", http.RequestAborted);
    }

    /// <summary>Why a check fails; null when it passes.</summary>
    private static async Task<string?> FailureAsync(EtcdStore store, string check, CancellationToken cancellationToken)
    {
        if (check == NonLearner)
        {
            return store.Keys.Status.Role is ReplicaRole.Learner ? "the member is a learner" : null;
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadTimeout);
        try
        {
            await store.Keys.GetAsync("health", new ReadOptions
            {
                Consistency = check == LinearizableRead ? Consistency.Linearizable : Consistency.Serializable,
            }, limit.Token);
            return null;
        }
        catch (Exception e) when (e is ConsensusStoreException or OperationCanceledException)
        {
            return ExceptionMapping.ToRpcException(e).Status.Detail;
        }
    }

    private static Task Json(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json, http.RequestAborted);
    }
}
