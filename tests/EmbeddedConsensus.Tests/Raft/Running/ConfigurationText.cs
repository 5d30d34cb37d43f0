using System.Collections.Immutable;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Configurations in a few words, and those that tests begin with.</summary>
internal static class ConfigurationText
{
    public static string Describe(ClusterConfiguration configuration)
    {
        List<string> words = [$"voters={List(configuration.Voters)}"];
        Add(words, "outgoing", configuration.OutgoingVoters);
        Add(words, "learners", configuration.Learners);
        Add(words, "next-learners", configuration.LearnersNext);
        Add(words, "planned", configuration.PlannedVoters);
        Add(words, "started",
            [.. configuration.Members.Where(member => member.HasStarted).Select(member => member.Id)]);
        return string.Join(' ', words);
    }

    /// <summary>That of a cluster whose members have all been there for long: nothing about them is left to be found
    /// out and written into the log.</summary>
    public static ClusterConfiguration Settled(
        IEnumerable<ulong> voters, IEnumerable<ulong>? learners = null, IEnumerable<ulong>? outgoing = null)
    {
        ClusterConfiguration configuration = (Voters(voters) with
        {
            ClusterId = 1,
            Learners = [.. (learners ?? []).Select(id => new MemberId(id))],
            OutgoingVoters = [.. (outgoing ?? []).Select(id => new MemberId(id))],
        }).Normalized();
        return configuration with
        {
            Members = [.. configuration.Members.Select(
                member => member with { Address = $"m{member.Id}", HasStarted = true, FormatVersion = 1 })],
        };
    }

    /// <summary>The list of members that a new cluster begins with.</summary>
    public static ClusterConfiguration New(IEnumerable<ulong> voters)
    {
        ClusterConfiguration configuration = Voters(voters).Normalized();
        return configuration with
        {
            Members = [.. configuration.Members.Select(member => member with { Address = $"m{member.Id}" })],
        };
    }

    private static ClusterConfiguration Voters(IEnumerable<ulong> voters) =>
        ClusterConfiguration.OfVoters(voters.Select(id => new MemberId(id)));

    private static void Add(List<string> words, string name, ImmutableArray<MemberId> members)
    {
        if (!members.IsEmpty)
        {
            words.Add($"{name}={List(members)}");
        }
    }

    private static string List(ImmutableArray<MemberId> members) => string.Join(',', members);
}
