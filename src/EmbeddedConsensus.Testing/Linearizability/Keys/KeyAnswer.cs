namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What a result shows about a key just before the call.</summary>
/// <param name="Existed">Whether the key existed; null if the result does not show it.</param>
/// <param name="Item">The contents; null if the result does not show them.</param>
internal readonly record struct KeyAnswer(bool? Existed = null, KeyValue? Item = null)
{
    /// <summary>The result of a call that showed the key or its absence.</summary>
    public static KeyAnswer Showing(KeyValue? item) => new(item is not null, item);
}
