namespace EmbeddedConsensus.Raft;

/// <summary>The groups of <see cref="RaftMessageType"/> that the rules distinguish.</summary>
internal static class RaftMessageTypeExtensions
{
    /// <summary>Whether the sender's term counts. The others are valid in any term.</summary>
    public static bool CarriesTerm(this RaftMessageType type) => type is not (
        RaftMessageType.Propose or RaftMessageType.ProposeRejected or RaftMessageType.ReadIndex
        or RaftMessageType.ReadIndexResponse or RaftMessageType.TransferLeadership
        or RaftMessageType.MemberRemoved or RaftMessageType.MemberRefused);

    /// <summary>Whether only the leader of a term sends it.</summary>
    public static bool IsFromLeader(this RaftMessageType type) => type is
        RaftMessageType.Append or RaftMessageType.Heartbeat or RaftMessageType.SnapshotChunk;

    /// <summary>Whether its sender wants something as a member of the cluster.</summary>
    public static bool IsRequest(this RaftMessageType type) => type is
        RaftMessageType.Vote or RaftMessageType.PreVote or RaftMessageType.Propose or RaftMessageType.ReadIndex
        or RaftMessageType.TransferLeadership;
}
