using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>What a member's process tells the parent: one line of JSON on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "tell")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(StartFailed), "start-failed")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Reply), "reply")]
internal abstract record NodeEvent
{
    /// <summary>The member has recovered and takes part.</summary>
    internal sealed record Ready : NodeEvent;

    /// <summary>The member could not start; the process ends.</summary>
    /// <param name="Type">The type of the exception.</param>
    /// <param name="Message">Its message.</param>
    /// <param name="File">The damaged file, if there is one.</param>
    /// <param name="Offset">Where the damage begins.</param>
    internal sealed record StartFailed(string Type, string Message, string? File, long Offset) : NodeEvent;

    /// <summary>Where the member stands; told some times a second.</summary>
    /// <param name="State">Where it is in its life.</param>
    /// <param name="IsLeader">Whether it leads.</param>
    /// <param name="Leader">The leader that it knows; 0 for none.</param>
    /// <param name="Term">The term.</param>
    /// <param name="Revision">The revision that it has applied.</param>
    /// <param name="SnapshotIndex">The index of its newest snapshot.</param>
    /// <param name="Fault">The types of the exceptions for which it is faulted, outermost first.</param>
    /// <param name="Health">What its health check says.</param>
    /// <param name="RefusedCallers">How many of its callers were told that the store takes no calls any more.</param>
    internal sealed record Status(
        StoreState State, bool IsLeader, ulong Leader, ulong Term, long Revision, ulong SnapshotIndex,
        IReadOnlyList<string> Fault, string Health, int RefusedCallers) : NodeEvent;

    /// <summary>The answer to a request.</summary>
    /// <param name="Id">The request's number.</param>
    /// <param name="Error">Why it failed, or null.</param>
    /// <param name="Revision">The revision that the answer is about.</param>
    /// <param name="Hash">The hash, if one was asked for.</param>
    /// <param name="CompactRevision">The revision to which the store is compacted, with a hash.</param>
    internal sealed record Reply(long Id, string? Error, long Revision, uint Hash, long CompactRevision) : NodeEvent
    {
        /// <summary>The members with their addresses, if the request was about them.</summary>
        public IReadOnlyList<NodeSettings.NodeAddress> Members { get; init; } = [];
    }
}
