using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Benchmarks.Watches;

/// <summary>The result of a catch-up: one line of JSON.</summary>
/// <param name="Watchers">The watchers, each of a key of its own.</param>
/// <param name="Revisions">How many revisions the watchers had to catch up.</param>
/// <param name="Events">The events that they received.</param>
/// <param name="Seconds">The time until all had caught up, in seconds.</param>
/// <param name="CpuSeconds">The processor time for all, in seconds.</param>
internal sealed record WatchCatchUpResult(
    [property: JsonPropertyName("watchers")] int Watchers,
    [property: JsonPropertyName("revisions")] int Revisions,
    [property: JsonPropertyName("events")] long Events,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("cpu_s")] double CpuSeconds);
