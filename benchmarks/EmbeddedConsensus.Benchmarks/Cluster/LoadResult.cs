using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>What a load measured: one line of JSON.</summary>
internal sealed record LoadResult
{
    /// <summary>The workload.</summary>
    [JsonPropertyName("workload")]
    public required string Workload { get; init; }

    /// <summary>How linearizable reads were confirmed.</summary>
    [JsonPropertyName("reads")]
    public required string Reads { get; init; }

    /// <summary>How many replicas there were.</summary>
    [JsonPropertyName("replicas")]
    public required int Replicas { get; init; }

    /// <summary>How many calls were under way at a time; for watch, how many watchers there were.</summary>
    [JsonPropertyName("callers")]
    public required int Callers { get; init; }

    /// <summary>The size of a value, in bytes.</summary>
    [JsonPropertyName("value")]
    public required int Value { get; init; }

    /// <summary>How many calls ended (watch: events were delivered) while it was measured.</summary>
    [JsonPropertyName("ops")]
    public required long Ops { get; init; }

    /// <summary>The same for a second.</summary>
    [JsonPropertyName("ops_per_s")]
    public required double OpsPerSecond { get; init; }

    /// <summary>Half of the calls took no longer. For watch: from the writer's call to the delivery.</summary>
    [JsonPropertyName("p50_ms")]
    public required double P50Ms { get; init; }

    /// <summary>99 % of the calls took no longer.</summary>
    [JsonPropertyName("p99_ms")]
    public required double P99Ms { get; init; }

    /// <summary>99.9 % of the calls took no longer.</summary>
    [JsonPropertyName("p999_ms")]
    public required double P999Ms { get; init; }

    /// <summary>Processor time of all processes, for 1,000 calls.</summary>
    [JsonPropertyName("cpu_s_per_1k_ops")]
    public required double CpuSecondsPerThousandOps { get; init; }

    /// <summary>What this process allocated for a call: the callers, the leader, the log and the transport.</summary>
    [JsonPropertyName("allocated_bytes_per_op")]
    public required double AllocatedBytesPerOp { get; init; }

    /// <summary>The longest pause that the garbage collector made in this process.</summary>
    [JsonPropertyName("gc_pause_max_ms")]
    public required double GcPauseMaxMs { get; init; }

    /// <summary>The memory of this process at the end, in MiB.</summary>
    [JsonPropertyName("rss_mb")]
    public required double RssMb { get; init; }
}
