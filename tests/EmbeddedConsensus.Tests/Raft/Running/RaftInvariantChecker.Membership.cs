using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>What has to hold of configurations (dissertation, chapter 4).</summary>
internal sealed partial class RaftInvariantChecker
{
    private readonly Dictionary<LogPosition, ClusterConfiguration> _configurations = [];
    private readonly List<(ulong Index, ClusterConfiguration Configuration)> _committedConfigurations = [];

    public int CommittedConfigurations => _committedConfigurations.Count - 1;

    /// <summary>A configuration is written: it is the same everywhere, and has no majority beside those of the one
    /// before.</summary>
    private void CheckConfigurationEntry(SimulatedMember member, in LogEntry entry)
    {
        if (entry.Kind != LogEntryKind.Configuration)
        {
            return;
        }

        ClusterConfiguration configuration = ClusterConfigurationCodec.Decode(entry.Data.Span);
        _configurations.TryAdd(entry.Position, configuration);
        Assert.True(_configurations[entry.Position] == configuration, "two configurations at one position");
        if (member.Node.ConfigurationAt(entry.Index - 1) is { Voters.IsEmpty: false } before)
        {
            Assert.True(
                Overlap(before, configuration),
                $"{ConfigurationText.Describe(before)} and {ConfigurationText.Describe(configuration)} need not agree");
        }
    }

    private void CommitConfiguration(ulong index, ulong term)
    {
        if (_configurations.TryGetValue(new LogPosition(index, term), out ClusterConfiguration? configuration))
        {
            _committedConfigurations.Add((index, configuration));
        }
    }

    private void CheckMembership(SimulatedMember member, RaftStatus status)
    {
        RaftNode node = member.Node;
        if (status.Commit > 0)
        {
            ClusterConfiguration expected =
                _committedConfigurations.Last(known => known.Index <= status.Commit).Configuration;
            Assert.True(node.CommittedConfiguration == expected, "a committed configuration differs");
            for (ulong index = status.Commit + 1; index <= status.LastIndex; index++)
            {
                expected = _configurations.GetValueOrDefault(
                    new LogPosition(index, node.TermAt(index)!.Value), expected);
            }

            Assert.True(node.Configuration == expected, "the configuration in use is not the latest one in the log");
        }

        if (status.Role == RaftRole.Leader)
        {
            CheckUncommitted(node, status);
        }
    }

    private void CheckUncommitted(RaftNode node, RaftStatus status)
    {
        int uncommitted = 0;
        for (ulong index = MaxCommit + 1; index <= status.LastIndex; index++)
        {
            if (node.TermAt(index) is { } term && _configurations.ContainsKey(new LogPosition(index, term)))
            {
                uncommitted++;
            }
        }

        Assert.True(uncommitted <= 1, $"{uncommitted} configurations are uncommitted at one leader");
    }

    /// <summary>Whether every set of members that can decide in one configuration shares a member with every set that
    /// can in the other.</summary>
    private static bool Overlap(ClusterConfiguration first, ClusterConfiguration second)
    {
        MemberId[] all =
        [
            .. first.Voters.Concat(first.OutgoingVoters).Concat(second.Voters).Concat(second.OutgoingVoters).Distinct(),
        ];
        for (int set = 0; set < 1 << all.Length; set++)
        {
            if (CanDecide(first, all, set) && CanDecide(second, all, ~set))
            {
                return false;
            }
        }

        return true;
    }

    private static bool CanDecide(ClusterConfiguration configuration, MemberId[] all, int set) =>
        IsMajority(configuration.Voters, all, set)
        && (configuration.OutgoingVoters.IsEmpty || IsMajority(configuration.OutgoingVoters, all, set));

    private static bool IsMajority(ImmutableArray<MemberId> voters, MemberId[] all, int set) =>
        voters.Count(voter => (set & (1 << Array.IndexOf(all, voter))) != 0) > voters.Length / 2;
}
