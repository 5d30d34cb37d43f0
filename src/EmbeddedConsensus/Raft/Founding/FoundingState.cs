namespace EmbeddedConsensus.Raft;

/// <summary>What a member has agreed to about the founding of its cluster; part of what it must remember
/// (<see cref="HardState"/>).</summary>
/// <param name="Founders">The list that it agreed to (<see cref="HashOf"/>); zero while it has agreed to none.</param>
/// <param name="Stage">How far it has come.</param>
internal readonly record struct FoundingState(ulong Founders, FoundingStage Stage)
{
    private const int TagBits = 24;
    private const ulong HashOffset = 14695981039346656037;
    private const ulong HashPrime = 1099511628211;

    /// <summary>Names a list of founders: their ids, and the name of their cluster. Addresses do not count, because a
    /// member may move before the cluster is founded.</summary>
    /// <param name="founders">The founders.</param>
    /// <returns>Zero for an empty list, and for no other.</returns>
    public static ulong HashOf(ClusterConfiguration founders)
    {
        if (founders.Voters.IsEmpty)
        {
            return 0;
        }

        ulong hash = Mix(HashOffset, founders.ClusterNameHash);
        foreach (MemberId founder in founders.Voters)
        {
            hash = Mix(hash, founder.Value);
        }

        return Math.Max(1, hash);
    }

    /// <summary>The id of a new cluster: random, with the end of the founders' hash as its last bits, so that every
    /// message of the cluster shows its founders.</summary>
    /// <param name="random">A random number.</param>
    /// <param name="founders">The founders.</param>
    public static ulong NewClusterId(ulong random, ClusterConfiguration founders) =>
        Math.Max(1, (random << TagBits) | Tag(HashOf(founders)));

    /// <summary>Whether a cluster may have been founded by the list that was agreed to. Two lists look the same in one
    /// case of 16 million.</summary>
    /// <param name="clusterId">The id of the cluster.</param>
    public bool IsFounded(ulong clusterId) => Tag(clusterId) == Tag(Founders);

    /// <summary>The state of a founder that may campaign.</summary>
    /// <param name="founders">The founders.</param>
    public static FoundingState AgreedOn(ClusterConfiguration founders) =>
        new(HashOf(founders), FoundingStage.Agreed);

    private static ulong Tag(ulong value) => value & ((1UL << TagBits) - 1);

    private static ulong Mix(ulong hash, ulong value)
    {
        for (int shift = 0; shift < 64; shift += 8)
        {
            hash = (hash ^ ((value >> shift) & 0xff)) * HashPrime;
        }

        return hash;
    }
}
