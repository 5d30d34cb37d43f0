namespace EmbeddedConsensus;

/// <summary>The first half of a condition on a value: say how it must relate, byte by byte.</summary>
public readonly record struct ValueCompare
{
    private readonly KeyRange _range;

    internal ValueCompare(KeyRange range) => _range = range;

    /// <summary>It equals <paramref name="value"/>.</summary>
    public Compare EqualTo(Value value) => Compare.OfValue(_range, CompareRelation.Equal, value);

    /// <summary>It differs from <paramref name="value"/>.</summary>
    public Compare NotEqualTo(Value value) => Compare.OfValue(_range, CompareRelation.NotEqual, value);

    /// <summary>It sorts after <paramref name="value"/>.</summary>
    public Compare GreaterThan(Value value) => Compare.OfValue(_range, CompareRelation.Greater, value);

    /// <summary>It sorts before <paramref name="value"/>.</summary>
    public Compare LessThan(Value value) => Compare.OfValue(_range, CompareRelation.Less, value);
}
