using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>The rules of membership changes: chapter 4 of the Raft dissertation, with the correction of July
/// 2015.</summary>
internal sealed class ConfigurationRules(SimulationStatistics statistics)
{
    private readonly SortedDictionary<ulong, ClusterConfiguration> _committed = [];
    private readonly List<(ulong Index, ClusterConfiguration Configuration)> _applied = [];
    private readonly HashSet<MemberId> _gone = [];

    /// <summary>The newest configuration that any replica has applied; null before the first.</summary>
    public ClusterConfiguration? Latest => _applied.Count == 0 ? null : _applied[^1].Configuration;

    /// <summary>The configuration in force after an applied entry; null before the first.</summary>
    public ClusterConfiguration? At(ulong index)
    {
        int i = _applied.Count - 1;
        while (i >= 0 && _applied[i].Index > index)
        {
            i--;
        }

        return i < 0 ? null : _applied[i].Configuration;
    }

    /// <summary>Quorum Overlap: any two majorities of consecutive configurations share a member. So the voters stay
    /// the same, or a joint configuration is entered or left (section 4.3).</summary>
    public void OnFirstApplied(in LogEntry entry)
    {
        ClusterConfiguration next = ClusterConfigurationCodec.Decode(entry.Data.Span);
        if (Latest is { } current && !Overlaps(current, next))
        {
            throw new SimulationFailedException("Quorum Overlap",
                $"Entry {entry.Index} moves from {Text(current)} to {Text(next)}: majorities of the two need not "
                + "meet.");
        }

        CheckIds(entry.Index, next);
        if (next.IsJoint && Latest is { IsJoint: false })
        {
            statistics.JointConfigurations++;
        }

        statistics.FormatChanges += Latest is { } before && next.FormatVersion > before.FormatVersion ? 1 : 0;
        statistics.Configurations++;
        _applied.Add((entry.Index, next));
        CheckCommitted(MemberId.None, entry.Index, next);
    }

    /// <summary>Ids Given Once: the id of a former member is never assigned to another.</summary>
    private void CheckIds(ulong index, ClusterConfiguration next)
    {
        _gone.UnionWith((Latest?.Members ?? []).Select(member => member.Id).Where(id => !next.Contains(id)));
        foreach (ClusterMember member in next.Members)
        {
            if (_gone.Contains(member.Id))
            {
                throw new SimulationFailedException("Ids Given Once",
                    $"Entry {index} takes in member {member.Id}, whose id was that of a member that is gone.");
            }
        }
    }

    /// <summary>Configuration Agreement: all members adopt the same configuration at the same index.</summary>
    public void CheckCommitted(MemberId replica, ulong index, ClusterConfiguration configuration)
    {
        if (index > 0 && !_committed.TryAdd(index, configuration) && _committed[index] != configuration)
        {
            throw new SimulationFailedException("Configuration Agreement",
                $"Replica {replica} takes {Text(configuration)} from entry {index}, and another replica "
                + $"{Text(_committed[index])}.");
        }
    }

    /// <summary>Removal: a member stops on its own only once its removal is known to be committed. Before that it may
    /// be needed to commit it, in a cluster of two always (scenario 32).</summary>
    public void CheckLeft(MemberId member)
    {
        if (!_committed.Values.Any(item => !item.Contains(member) && item.WasUsed(member)))
        {
            throw new SimulationFailedException("Removal",
                $"Replica {member} stops as one that was removed, and no configuration without it is known to be "
                + "committed.");
        }
    }

    /// <summary>Snapshot Configuration: a snapshot carries the configuration in force at its index (scenario
    /// 28).</summary>
    public void CheckSnapshot(MemberId replica, SnapshotMetadata snapshot)
    {
        if (At(snapshot.Position.Index) is { } expected && snapshot.Configuration != expected)
        {
            throw new SimulationFailedException("Snapshot Configuration",
                $"The snapshot of replica {replica} at index {snapshot.Position.Index} carries "
                + $"{Text(snapshot.Configuration)}. Expected: {Text(expected)}.");
        }
    }

    /// <summary>Configuration Change Rule: a leader appends a configuration only after the previous one and an entry
    /// of its own term are committed (scenarios 25 and 26). The founding one has no predecessor.</summary>
    /// <param name="leader">The leader.</param>
    /// <param name="index">The index of the new configuration.</param>
    /// <param name="previousIndex">The index of the previous one; 0 if there is none in the log.</param>
    /// <param name="commitTerm">The term of the last entry that the leader knows to be committed.</param>
    public static void CheckLeaderAppend(in ConsensusView leader, ulong index, ulong previousIndex, ulong? commitTerm)
    {
        if (previousIndex == 0)
        {
            return;
        }

        if (previousIndex > leader.Commit || commitTerm != leader.Term)
        {
            throw new SimulationFailedException("Configuration Change Rule",
                $"Leader {leader.Id} of term {leader.Term} appends a configuration at {index}; the one before is at "
                + $"{previousIndex}, the commit index is {leader.Commit}, in term {commitTerm}.");
        }
    }

    /// <summary>Whether a set of members contains the majorities that a configuration requires.</summary>
    public static bool IsQuorum(ClusterConfiguration configuration, Func<MemberId, bool> isIn) =>
        IsMajority(configuration.Voters, isIn)
        && (!configuration.IsJoint || IsMajority(configuration.OutgoingVoters, isIn));

    /// <summary>A configuration, for messages.</summary>
    public static string Text(ClusterConfiguration configuration) =>
        $"voters {List(configuration.Voters)} outgoing {List(configuration.OutgoingVoters)} "
        + $"learners {List(configuration.Learners)} planned {List(configuration.PlannedVoters)}";

    private static bool IsMajority(ImmutableArray<MemberId> voters, Func<MemberId, bool> isIn) =>
        voters.Count(isIn) * 2 > voters.Length;

    private static bool Overlaps(ClusterConfiguration current, ClusterConfiguration next)
    {
        bool stays = Same(current.Voters, next.Voters) && Same(current.OutgoingVoters, next.OutgoingVoters);
        bool isEntered = !current.IsJoint && next.IsJoint && Same(next.OutgoingVoters, current.Voters);
        bool isLeft = current.IsJoint && !next.IsJoint && Same(next.Voters, current.Voters);
        return !next.Voters.IsEmpty && (stays || isEntered || isLeft);
    }

    private static string List(ImmutableArray<MemberId> members) => $"[{string.Join(' ', members)}]";

    private static bool Same(ImmutableArray<MemberId> a, ImmutableArray<MemberId> b) =>
        a.AsSpan().SequenceEqual(b.AsSpan());
}
