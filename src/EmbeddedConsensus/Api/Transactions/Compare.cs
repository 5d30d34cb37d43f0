namespace EmbeddedConsensus;

/// <summary>A condition of a transaction: <c>Compare.Version("a").EqualTo(0)</c>.</summary>
/// <remarks>With a range of keys, all of the range's keys must satisfy it.</remarks>
public sealed record Compare
{
    private Compare(KeyRange range, CompareTarget target, CompareRelation relation, long number, Value value)
    {
        Range = range;
        Target = target;
        Relation = relation;
        Number = number;
        Operand = value;
    }

    /// <summary>The keys looked at.</summary>
    public KeyRange Range { get; }

    /// <summary>What is looked at.</summary>
    public CompareTarget Target { get; }

    /// <summary>How it must relate.</summary>
    public CompareRelation Relation { get; }

    /// <summary>To which number, unless <see cref="Target"/> is the value.</summary>
    public long Number { get; }

    /// <summary>To which bytes, when <see cref="Target"/> is the value.</summary>
    public Value Operand { get; }

    /// <summary>Looks at the number of changes since a key came into being; 0 for a key that does not exist.</summary>
    /// <param name="range">The key or keys.</param>
    public static NumberCompare Version(KeyRange range) => new(range, CompareTarget.Version);

    /// <summary>Looks at the revision at which a key came into being; 0 for a key that does not exist.</summary>
    /// <param name="range">The key or keys.</param>
    public static NumberCompare CreateRevision(KeyRange range) => new(range, CompareTarget.CreateRevision);

    /// <summary>Looks at the revision of a key's last change; 0 for a key that does not exist.</summary>
    /// <param name="range">The key or keys.</param>
    public static NumberCompare ModRevision(KeyRange range) => new(range, CompareTarget.ModRevision);

    /// <summary>Looks at the id of the lease that a key is attached to; 0 for a key that is attached to none, or does
    /// not exist.</summary>
    /// <param name="range">The key or keys.</param>
    public static NumberCompare Lease(KeyRange range) => new(range, CompareTarget.Lease);

    /// <summary>Looks at a key's value; no relation holds for a key that does not exist.</summary>
    /// <param name="range">The key or keys.</param>
    public static ValueCompare Value(KeyRange range) => new(range);

    /// <summary>The key exists.</summary>
    /// <param name="key">The key.</param>
    public static Compare Exists(Key key) => Version(key).GreaterThan(0);

    /// <summary>The key does not exist.</summary>
    /// <param name="key">The key.</param>
    public static Compare Missing(Key key) => Version(key).EqualTo(0);

    internal static Compare OfNumber(KeyRange range, CompareTarget target, CompareRelation relation, long number) =>
        new(range, target, relation, number, default);

    internal static Compare OfValue(KeyRange range, CompareRelation relation, Value value) =>
        new(range, CompareTarget.Value, relation, 0, value);
}
