using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Benchmarks.Leases;

/// <summary>The result of a load of leases: one line of JSON.</summary>
internal sealed record LeaseLoadResult
{
    /// <summary>How many leases were held.</summary>
    [JsonPropertyName("count")]
    public required int Count { get; init; }

    /// <summary>Their time to live, in seconds.</summary>
    [JsonPropertyName("ttl_s")]
    public required double TimeToLiveSeconds { get; init; }

    /// <summary>How many were granted per second.</summary>
    [JsonPropertyName("grants_per_s")]
    public required double GrantsPerSecond { get; init; }

    /// <summary>The processor cores that all processes used for the renewals.</summary>
    [JsonPropertyName("renewal_cores")]
    public required double RenewalCores { get; init; }

    /// <summary>How many of them were lost; 0 is right.</summary>
    [JsonPropertyName("lost")]
    public required int Lost { get; init; }

    /// <summary>How many expired at one moment.</summary>
    [JsonPropertyName("expired")]
    public required int Expired { get; init; }

    /// <summary>How long after that moment the last of their keys was gone, in seconds.</summary>
    [JsonPropertyName("expiry_s")]
    public required double ExpirySeconds { get; init; }

    /// <summary>How many puts were made meanwhile.</summary>
    [JsonPropertyName("puts")]
    public required int Puts { get; init; }

    /// <summary>The median latency of those, in milliseconds.</summary>
    [JsonPropertyName("put_p50_ms")]
    public required double PutP50Ms { get; init; }

    /// <summary>The 99th percentile, in milliseconds.</summary>
    [JsonPropertyName("put_p99_ms")]
    public required double PutP99Ms { get; init; }

    /// <summary>The longest, in milliseconds.</summary>
    [JsonPropertyName("put_max_ms")]
    public required double PutMaxMs { get; init; }

    /// <summary>How many elections there were meanwhile; 0 is right.</summary>
    [JsonPropertyName("elections")]
    public required ulong Elections { get; init; }
}
