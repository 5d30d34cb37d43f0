namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>What a step of a random history does.</summary>
internal enum StoreStepKind
{
    Put,
    Delete,
    DeleteRange,
    Transaction,
    Publish,
    Compact,
    Reclaim,
    OpenView,
    CloseSnapshot,
    Transfer,
}
