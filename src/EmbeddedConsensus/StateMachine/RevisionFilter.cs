using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine;

/// <summary>Selects records by the revisions at which they were created and last changed; a bound of 0 is
/// none.</summary>
/// <param name="MinMod">The lowest revision of the last change.</param>
/// <param name="MaxMod">The highest revision of the last change.</param>
/// <param name="MinCreate">The lowest revision of the creation.</param>
/// <param name="MaxCreate">The highest revision of the creation.</param>
internal readonly record struct RevisionFilter(long MinMod, long MaxMod, long MinCreate, long MaxCreate)
{
    /// <summary>Whether everything is selected.</summary>
    public bool IsEmpty => (MinMod | MaxMod | MinCreate | MaxCreate) == 0;

    /// <summary>Whether no bound is negative, and no lower one above its upper one.</summary>
    public bool IsValid => AreValid(MinMod, MaxMod) && AreValid(MinCreate, MaxCreate);

    /// <summary>Whether a record is selected.</summary>
    public bool Selects(in MvccRecord record) =>
        IsWithin(record.ModRevision, MinMod, MaxMod) && IsWithin(record.CreateRevision, MinCreate, MaxCreate);

    private static bool IsWithin(long revision, long min, long max) =>
        (min == 0 || revision >= min) && (max == 0 || revision <= max);

    private static bool AreValid(long min, long max) => min >= 0 && max >= 0 && (max == 0 || min <= max);
}
