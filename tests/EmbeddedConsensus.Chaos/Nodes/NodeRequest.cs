using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>What the parent asks of a member's process: one line of JSON on its standard input.</summary>
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
    /// <summary>The number that the answer carries.</summary>
    public long Id { get; init; }

    /// <summary>Starts the callers and watchers of a round.</summary>
    /// <param name="Round">The round.</param>
    /// <param name="FirstRevision">The first revision of the round, from which the watchers watch.</param>
    /// <param name="Callers">How many callers.</param>
    /// <param name="Watchers">How many watchers.</param>
    internal sealed record StartLoad(int Round, long FirstRevision, int Callers, int Watchers) : NodeRequest;

    /// <summary>Lets every caller finish its call and stop.</summary>
    internal sealed record StopCallers : NodeRequest;

    /// <summary>Writes the member's own key until the write succeeds.</summary>
    internal sealed record Probe : NodeRequest;

    /// <summary>Writes the mark at which the round ends.</summary>
    internal sealed record EndRound : NodeRequest;

    /// <summary>Reads everything, linearizably.</summary>
    internal sealed record ReadAll : NodeRequest;

    /// <summary>Waits until every watcher has seen the mark at which the round ends.</summary>
    internal sealed record EndWatches : NodeRequest;

    /// <summary>Waits until a revision is applied.</summary>
    /// <param name="Revision">The revision.</param>
    internal sealed record Settle(long Revision) : NodeRequest;

    /// <summary>Takes the hash of the store.</summary>
    /// <param name="Revision">The revision to take it at.</param>
    internal sealed record Hash(long Revision) : NodeRequest;

    /// <summary>Writes every event of a span of revisions into a file.</summary>
    /// <param name="File">The file.</param>
    /// <param name="FirstRevision">The first revision.</param>
    /// <param name="LastRevision">The last revision, which has an event.</param>
    internal sealed record DumpEvents(string File, long FirstRevision, long LastRevision) : NodeRequest;

    /// <summary>Makes every flush of the log wait.</summary>
    /// <param name="DelayMs">How long, in milliseconds; 0 for a disk as fast as it is.</param>
    internal sealed record SlowDisk(int DelayMs) : NodeRequest;

    /// <summary>Lets no flush of the log end any more.</summary>
    internal sealed record HangDisk : NodeRequest;

    /// <summary>Lets the next flush of the log fail, and those after it succeed.</summary>
    internal sealed record LoseFlush : NodeRequest;

    /// <summary>Hands leadership over.</summary>
    /// <param name="Target">To whom.</param>
    internal sealed record TransferLeadership(ulong Target) : NodeRequest;

    /// <summary>A question about the membership, or a change of it. It may be asked again when nobody knows what came
    /// of it.</summary>
    internal abstract record Membership : NodeRequest;

    /// <summary>Asks who belongs to the cluster.</summary>
    internal sealed record GetMembers : Membership;

    /// <summary>Adds a voter.</summary>
    /// <param name="Member">The member.</param>
    internal sealed record AddMember(NodeSettings.NodeAddress Member) : Membership;

    /// <summary>Removes a member.</summary>
    /// <param name="Member">The member.</param>
    internal sealed record RemoveMember(ulong Member) : Membership;

    /// <summary>Puts a member in the place of another, in one step.</summary>
    /// <param name="Member">The member that leaves.</param>
    /// <param name="Replacement">The one that comes.</param>
    internal sealed record ReplaceMember(ulong Member, NodeSettings.NodeAddress Replacement) : Membership;

    /// <summary>Moves to another set of voters.</summary>
    /// <param name="Voters">All that shall vote.</param>
    internal sealed record ChangeMembers(IReadOnlyList<NodeSettings.NodeAddress> Voters) : Membership;

    /// <summary>Stops the host as a service is stopped, and ends the process.</summary>
    internal sealed record Stop : NodeRequest;
}
