namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A call in a history that is checked against a model.</summary>
/// <typeparam name="TInput">What a call asks for.</typeparam>
/// <typeparam name="TOutput">What a call answers.</typeparam>
/// <param name="InvokedAt">When it began, by a clock that all callers share.</param>
/// <param name="ReturnedAt">When it answered, by the same clock; null when it never did: then it takes effect at any
/// time after its beginning, or never.</param>
/// <param name="Input">What it asked for.</param>
/// <param name="Output">What it answered; without meaning when it never did.</param>
public readonly record struct ModelCall<TInput, TOutput>(
    long InvokedAt, long? ReturnedAt, TInput Input, TOutput? Output);
