using System.Collections.Immutable;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// Who votes and who listens. While the cluster moves between two sets of voters (joint consensus, Raft
/// dissertation, section 4.3) <see cref="OutgoingVoters"/> holds the old set and a decision needs a majority of both.
/// </summary>
/// <remarks>Every list is sorted by member id and holds no member twice.</remarks>
public sealed record ClusterConfiguration
{
    /// <summary>The members that vote.</summary>
    public ImmutableArray<MemberId> Voters { get; init; } = [];

    /// <summary>The voters that are being replaced; empty outside a joint configuration.</summary>
    public ImmutableArray<MemberId> OutgoingVoters { get; init; } = [];

    /// <summary>The members that receive the log and have no vote.</summary>
    public ImmutableArray<MemberId> Learners { get; init; } = [];

    /// <summary>Whether a decision needs two majorities.</summary>
    public bool IsJoint => !OutgoingVoters.IsDefaultOrEmpty;

    /// <summary>A configuration in which <paramref name="voters"/> vote and nobody else takes part.</summary>
    /// <param name="voters">The members, in any order.</param>
    public static ClusterConfiguration OfVoters(params IEnumerable<MemberId> voters) =>
        new() { Voters = [.. voters.Distinct().Order()] };

    /// <inheritdoc />
    public bool Equals(ClusterConfiguration? other) =>
        other is not null
        && Voters.AsSpan().SequenceEqual(other.Voters.AsSpan())
        && OutgoingVoters.AsSpan().SequenceEqual(other.OutgoingVoters.AsSpan())
        && Learners.AsSpan().SequenceEqual(other.Learners.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode()
    {
        ulong hash = 14695981039346656037;
        foreach (MemberId member in Voters.Concat(OutgoingVoters).Concat(Learners))
        {
            hash = (hash ^ member.Value) * 1099511628211;
        }

        return (int)(hash ^ (hash >> 32));
    }
}
