namespace EmbeddedConsensus.Raft;

/// <summary>What <see cref="RaftMessage.Context"/> says in answers to appends and to pieces of snapshots. The values
/// go over the wire: never renumber them.</summary>
internal static class RejectionContext
{
    /// <summary>The sender holds nothing at all: neither an entry nor a snapshot.</summary>
    public const ulong HoldsNothing = 1;

    /// <summary>This append response answers no append: it reports the sender's higher term and nothing else.</summary>
    public const ulong TermOnly = 2;
}
