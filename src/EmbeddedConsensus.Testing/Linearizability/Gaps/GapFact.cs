namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>A known effect of the write that produced a revision.</summary>
/// <param name="Key">The key that it changed.</param>
/// <param name="Item">The new contents; null if it deleted the key.</param>
/// <param name="HasValue">Whether the value is known as well.</param>
internal sealed record GapFact(int Key, KeyValue? Item, bool HasValue)
{
    /// <summary>Whether the contents of a key agree with the fact.</summary>
    public bool Fits(KeyValue? item) =>
        HasValue || item is null || Item is null ? item == Item : item with { Value = Item.Value } == Item;
}
