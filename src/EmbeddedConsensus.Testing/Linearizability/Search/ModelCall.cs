namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A call in a history that is checked against a model.</summary>
/// <typeparam name="TInput">The input of a call.</typeparam>
/// <typeparam name="TOutput">The output of a call.</typeparam>
/// <param name="InvokedAt">When it started, by a clock that all callers share.</param>
/// <param name="ReturnedAt">When it returned, by the same clock; null when it never did: then it takes effect at any
/// time after its start, or never.</param>
/// <param name="Input">The input.</param>
/// <param name="Output">The output; meaningless if it never returned.</param>
public readonly record struct ModelCall<TInput, TOutput>(
    long InvokedAt, long? ReturnedAt, TInput Input, TOutput? Output);
