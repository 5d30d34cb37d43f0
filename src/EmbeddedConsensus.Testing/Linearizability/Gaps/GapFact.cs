namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>Something that the write of a revision is known to have done.</summary>
/// <param name="Key">The key that it changed.</param>
/// <param name="Item">What it left there; null when it deleted the key.</param>
/// <param name="HasValue">Whether the value is known as well.</param>
internal sealed record GapFact(int Key, KeyValue? Item, bool HasValue)
{
    /// <summary>Whether a key was left as the fact says.</summary>
    public bool Fits(KeyValue? item) =>
        HasValue || item is null || Item is null ? item == Item : item with { Value = Item.Value } == Item;
}
