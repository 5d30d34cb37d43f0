namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>What an answer says about the store.</summary>
internal static class Evidence
{
    /// <summary>The store's revision after the call; 0 when the answer does not show it.</summary>
    public static long RevisionOf(OperationResult result) => result switch
    {
        { Put: { } put } => put.Revision,
        { Range: { } range } => range.Revision,
        { Delete: { } delete } => delete.Revision,
        { Txn: { } txn } => txn.Revision,
        _ => 0,
    };

    /// <summary>Whether the call changed something: then the revision is its own.</summary>
    public static bool IsChange(OperationResult result) => result switch
    {
        { Put: not null } => true,
        { Delete: { } delete } => delete.Deleted > 0,
        { Txn: { } txn } => txn.Responses.Any(IsChange),
        _ => false,
    };

    /// <summary>Every key with its value and revisions that the answer shows.</summary>
    public static IEnumerable<KeyValue> ItemsOf(OperationResult result) => result switch
    {
        { Put.Previous: { } previous } => [previous],
        { Range: { } range } => range.Items,
        { Delete: { } delete } => delete.Previous,
        { Txn: { } txn } => txn.Responses.SelectMany(ItemsOf),
        _ => [],
    };

    /// <summary>Whether two operations answered alike.</summary>
    public static bool AreEqual(OperationResult left, OperationResult right) => (left, right) switch
    {
        ({ Put: { } a }, { Put: { } b }) => a == b,
        ({ Range: { } a }, { Range: { } b }) => a.Revision == b.Revision && a.Count == b.Count && a.More == b.More
            && a.Items.SequenceEqual(b.Items),
        ({ Delete: { } a }, { Delete: { } b }) => a.Revision == b.Revision && a.Deleted == b.Deleted
            && a.Previous.SequenceEqual(b.Previous),
        ({ Txn: { } a }, { Txn: { } b }) => a.Succeeded == b.Succeeded && a.Revision == b.Revision
            && a.Responses.Count == b.Responses.Count
            && a.Responses.Zip(b.Responses, AreEqual).All(equal => equal),
        _ => false,
    };
}
