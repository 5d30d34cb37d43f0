using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>An event that a member's process reports to the parent: one line of JSON on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "tell")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(StartFailed), "start-failed")]
[JsonDerivedType(typeof(Status), "status")]
[JsonDerivedType(typeof(Reply), "reply")]
internal abstract record NodeEvent
{
    /// <summary>The member has recovered and serves.</summary>
    internal sealed record Ready : NodeEvent;

    /// <summary>The member could not start; the process ends.</summary>
    /// <param name="Type">The type of the exception.</param>
    /// <param name="Message">Its message.</param>
    /// <param name="File">The damaged file, if there is one.</param>
    /// <param name="Offset">Where the damage begins.</param>
    internal sealed record StartFailed(string Type, string Message, string? File, long Offset) : NodeEvent;

    /// <summary>The member's state, reported several times a second.</summary>
    /// <param name="State">The state of its store.</param>
    /// <param name="IsLeader">Whether it leads.</param>
    /// <param name="Leader">The leader it knows; 0 for none.</param>
    /// <param name="Term">The term.</param>
    /// <param name="Revision">The applied revision.</param>
    /// <param name="SnapshotIndex">The index of its newest snapshot.</param>
    /// <param name="Fault">The types of the exceptions of its fault, outermost first.</param>
    /// <param name="Health">The result of its health check.</param>
    /// <param name="RefusedCallers">The number of its callers that the store refused.</param>
    internal sealed record Status(
        StoreState State, bool IsLeader, ulong Leader, ulong Term, long Revision, ulong SnapshotIndex,
        IReadOnlyList<string> Fault, string Health, int RefusedCallers) : NodeEvent;

    /// <summary>The reply to a request.</summary>
    /// <param name="Id">The request's number.</param>
    /// <param name="Error">Why it failed, or null.</param>
    /// <param name="Revision">The revision of the reply.</param>
    /// <param name="Hash">The hash, if one was requested.</param>
    /// <param name="CompactRevision">The compact revision, with a hash.</param>
    internal sealed record Reply(long Id, string? Error, long Revision, uint Hash, long CompactRevision) : NodeEvent
    {
        /// <summary>The members with their addresses, if the request was about them.</summary>
        public IReadOnlyList<NodeSettings.NodeAddress> Members { get; init; } = [];
    }
}
