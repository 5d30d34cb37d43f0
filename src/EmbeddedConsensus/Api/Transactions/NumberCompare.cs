namespace EmbeddedConsensus;

/// <summary>The first half of a condition on a number: say how it must relate.</summary>
public readonly record struct NumberCompare
{
    private readonly KeyRange _range;
    private readonly CompareTarget _target;

    internal NumberCompare(KeyRange range, CompareTarget target)
    {
        _range = range;
        _target = target;
    }

    /// <summary>It equals <paramref name="number"/>.</summary>
    public Compare EqualTo(long number) => Compare.OfNumber(_range, _target, CompareRelation.Equal, number);

    /// <summary>It differs from <paramref name="number"/>.</summary>
    public Compare NotEqualTo(long number) => Compare.OfNumber(_range, _target, CompareRelation.NotEqual, number);

    /// <summary>It is greater than <paramref name="number"/>.</summary>
    public Compare GreaterThan(long number) => Compare.OfNumber(_range, _target, CompareRelation.Greater, number);

    /// <summary>It is less than <paramref name="number"/>.</summary>
    public Compare LessThan(long number) => Compare.OfNumber(_range, _target, CompareRelation.Less, number);
}
