using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>The result of a load: one line of JSON.</summary>
internal sealed record LoadResult
{
    /// <summary>The workload.</summary>
    [JsonPropertyName("workload")]
    public required string Workload { get; init; }

    /// <summary>How linearizable reads were confirmed.</summary>
    [JsonPropertyName("reads")]
    public required string Reads { get; init; }

    /// <summary>The number of replicas.</summary>
    [JsonPropertyName("replicas")]
    public required int Replicas { get; init; }

    /// <summary>The number of concurrent calls; for watch, of watchers.</summary>
    [JsonPropertyName("callers")]
    public required int Callers { get; init; }

    /// <summary>The size of a value, in bytes.</summary>
    [JsonPropertyName("value")]
    public required int Value { get; init; }

    /// <summary>Calls completed (watch: events delivered) during the measurement.</summary>
    [JsonPropertyName("ops")]
    public required long Ops { get; init; }

    /// <summary>The same per second.</summary>
    [JsonPropertyName("ops_per_s")]
    public required double OpsPerSecond { get; init; }

    /// <summary>The median latency in milliseconds. For watch: from the writer's call to the delivery.</summary>
    [JsonPropertyName("p50_ms")]
    public required double P50Ms { get; init; }

    /// <summary>The 99th percentile of the latency, in milliseconds.</summary>
    [JsonPropertyName("p99_ms")]
    public required double P99Ms { get; init; }

    /// <summary>The 99.9th percentile of the latency, in milliseconds.</summary>
    [JsonPropertyName("p999_ms")]
    public required double P999Ms { get; init; }

    /// <summary>Processor time of all processes per 1,000 calls, in seconds.</summary>
    [JsonPropertyName("cpu_s_per_1k_ops")]
    public required double CpuSecondsPerThousandOps { get; init; }

    /// <summary>Bytes this process allocated per call: callers, leader, log and transport.</summary>
    [JsonPropertyName("allocated_bytes_per_op")]
    public required double AllocatedBytesPerOp { get; init; }

    /// <summary>The longest garbage collection pause of this process, in milliseconds.</summary>
    [JsonPropertyName("gc_pause_max_ms")]
    public required double GcPauseMaxMs { get; init; }

    /// <summary>The memory of this process at the end, in MiB.</summary>
    [JsonPropertyName("rss_mb")]
    public required double RssMb { get; init; }
}
