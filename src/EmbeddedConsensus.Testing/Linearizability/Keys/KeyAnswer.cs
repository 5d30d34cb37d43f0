namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What an answer says about a key just before the call.</summary>
/// <param name="Existed">Whether the key was there; null when the answer does not tell.</param>
/// <param name="Item">What it held; null when the answer does not tell.</param>
internal readonly record struct KeyAnswer(bool? Existed = null, KeyValue? Item = null)
{
    /// <summary>The answer of a call that showed the key or its absence.</summary>
    public static KeyAnswer Showing(KeyValue? item) => new(item is not null, item);
}
