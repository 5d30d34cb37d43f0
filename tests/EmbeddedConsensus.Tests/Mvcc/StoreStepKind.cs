namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>The kinds of steps of a random history.</summary>
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
