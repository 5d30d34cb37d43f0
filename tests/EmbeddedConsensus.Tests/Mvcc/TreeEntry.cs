namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>A cell of the tree in the tree's order: keys ascending, revisions descending.</summary>
internal sealed record TreeEntry(byte[] Key, long Main, int Sub) : IComparable<TreeEntry>
{
    public int CompareTo(TreeEntry? other)
    {
        int order = KeyOrder.Instance.Compare(Key, other!.Key);
        order = order != 0 ? order : other.Main.CompareTo(Main);
        return order != 0 ? order : other.Sub.CompareTo(Sub);
    }

    public bool Equals(TreeEntry? other) => other is not null && CompareTo(other) == 0;

    public override int GetHashCode() => HashCode.Combine(Main, Sub);
}
