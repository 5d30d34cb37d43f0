using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Benchmarks.Watches;

/// <summary>The result of a fan-out: one line of JSON.</summary>
/// <param name="Watchers">The watchers of the keys that are put.</param>
/// <param name="Idle">The watchers of other keys.</param>
/// <param name="IdleBytes">The managed memory that these hold, in bytes, for all of them.</param>
/// <param name="PutsPerSecond">Puts acknowledged each second.</param>
/// <param name="EventsPerSecond">Events that readers received each second.</param>
/// <param name="Cores">The processor cores used.</param>
internal sealed record WatchFanoutResult(
    [property: JsonPropertyName("watchers")] int Watchers,
    [property: JsonPropertyName("idle")] int Idle,
    [property: JsonPropertyName("idle_bytes")] long IdleBytes,
    [property: JsonPropertyName("puts_per_s")] double PutsPerSecond,
    [property: JsonPropertyName("events_per_s")] double EventsPerSecond,
    [property: JsonPropertyName("cores")] double Cores);
