using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>A request of the parent to a member's process: one line of JSON on its standard input.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(StartLoad), "start-load")]
[JsonDerivedType(typeof(StopCallers), "stop-callers")]
[JsonDerivedType(typeof(Probe), "probe")]
[JsonDerivedType(typeof(EndRound), "end-round")]
[JsonDerivedType(typeof(ReadAll), "read-all")]
[JsonDerivedType(typeof(EndWatches), "end-watches")]
[JsonDerivedType(typeof(Settle), "settle")]
[JsonDerivedType(typeof(Hash), "hash")]
[JsonDerivedType(typeof(DumpEvents), "dump-events")]
[JsonDerivedType(typeof(SlowDisk), "slow-disk")]
[JsonDerivedType(typeof(HangDisk), "hang-disk")]
[JsonDerivedType(typeof(LoseFlush), "lose-flush")]
[JsonDerivedType(typeof(TransferLeadership), "transfer-leadership")]
[JsonDerivedType(typeof(GetMembers), "get-members")]
[JsonDerivedType(typeof(AddMember), "add-member")]
[JsonDerivedType(typeof(RemoveMember), "remove-member")]
[JsonDerivedType(typeof(ReplaceMember), "replace-member")]
[JsonDerivedType(typeof(ChangeMembers), "change-members")]
[JsonDerivedType(typeof(Stop), "stop")]
internal abstract record NodeRequest
{
    /// <summary>The number that the reply carries.</summary>
    public long Id { get; init; }

    /// <summary>Starts the callers and watchers of a round.</summary>
    /// <param name="Round">The round.</param>
    /// <param name="FirstRevision">The first revision of the round, where the watchers start.</param>
    /// <param name="Callers">How many callers.</param>
    /// <param name="Watchers">How many watchers.</param>
    internal sealed record StartLoad(int Round, long FirstRevision, int Callers, int Watchers) : NodeRequest;

    /// <summary>Lets every caller complete its call and stop.</summary>
    internal sealed record StopCallers : NodeRequest;

    /// <summary>Writes the member's own key until the write succeeds.</summary>
    internal sealed record Probe : NodeRequest;

    /// <summary>Writes the key that marks the end of the round.</summary>
    internal sealed record EndRound : NodeRequest;

    /// <summary>Reads everything, linearizably.</summary>
    internal sealed record ReadAll : NodeRequest;

    /// <summary>Waits until every watcher has seen the end of the round.</summary>
    internal sealed record EndWatches : NodeRequest;

    /// <summary>Waits until a revision is applied.</summary>
    /// <param name="Revision">The revision.</param>
    internal sealed record Settle(long Revision) : NodeRequest;

    /// <summary>Takes the hash of the store.</summary>
    /// <param name="Revision">The revision to take it at.</param>
    internal sealed record Hash(long Revision) : NodeRequest;

    /// <summary>Writes every event of a range of revisions to a file.</summary>
    /// <param name="File">The file.</param>
    /// <param name="FirstRevision">The first revision.</param>
    /// <param name="LastRevision">The last revision, which has an event.</param>
    internal sealed record DumpEvents(string File, long FirstRevision, long LastRevision) : NodeRequest;

    /// <summary>Delays every flush of the log.</summary>
    /// <param name="DelayMs">The delay in milliseconds; 0 removes it.</param>
    internal sealed record SlowDisk(int DelayMs) : NodeRequest;

    /// <summary>From now on, no flush of the log completes.</summary>
    internal sealed record HangDisk : NodeRequest;

    /// <summary>Makes the next flush of the log fail and later ones succeed.</summary>
    internal sealed record LoseFlush : NodeRequest;

    /// <summary>Transfers leadership.</summary>
    /// <param name="Target">The new leader.</param>
    internal sealed record TransferLeadership(ulong Target) : NodeRequest;

    /// <summary>Reads or changes the membership. It may be repeated if the outcome is unknown.</summary>
    internal abstract record Membership : NodeRequest;

    /// <summary>Reads the membership.</summary>
    internal sealed record GetMembers : Membership;

    /// <summary>Adds a voter.</summary>
    /// <param name="Member">The member.</param>
    internal sealed record AddMember(NodeSettings.NodeAddress Member) : Membership;

    /// <summary>Removes a member.</summary>
    /// <param name="Member">The member.</param>
    internal sealed record RemoveMember(ulong Member) : Membership;

    /// <summary>Replaces a member by another, in one step.</summary>
    /// <param name="Member">The member that leaves.</param>
    /// <param name="Replacement">The member that joins.</param>
    internal sealed record ReplaceMember(ulong Member, NodeSettings.NodeAddress Replacement) : Membership;

    /// <summary>Changes the set of voters.</summary>
    /// <param name="Voters">All voters afterwards.</param>
    internal sealed record ChangeMembers(IReadOnlyList<NodeSettings.NodeAddress> Voters) : Membership;

    /// <summary>Stops the host cleanly and ends the process.</summary>
    internal sealed record Stop : NodeRequest;
}
