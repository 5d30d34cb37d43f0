using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Members come and go.</summary>
internal sealed partial class RandomSchedule
{
    private const int MaxMembersEver = 14;

    /// <summary>How many changes were begun.</summary>
    public int Changes { get; private set; }

    /// <summary>How many members have found out that they were removed.</summary>
    public int Removed => _ids.Count(IsRemoved);

    private void Add(ulong id, ClusterConfiguration bootstrap) => _cluster.Add(new SimulatedMember(
        incarnation => new RaftOptions
        {
            Id = new MemberId(id),
            Seed = (_seed * 1000) + (incarnation * 10) + id,
            ElectionTicks = 4,
            PreVote = _seed % 3 != 0,
            CheckQuorum = _seed % 4 != 0,
            MaxMessageBytes = 100,
            MaxApplyBytes = 80,
            LogCacheBytes = 600,
            SnapshotChunkBytes = 40,
            MaxUncommittedBytes = 2000,
        },
        bootstrap));

    private bool IsRemoved(ulong id) => _cluster[id].Node.Membership == MembershipState.Removed;

    private IEnumerable<SimulatedMember> MembersOfLatest()
    {
        ClusterConfiguration latest = _cluster.Members.Values.MaxBy(
            member => (member.Node.CommitIndex, member.Node.Term))!.Node.Configuration;
        return _cluster.Members.Values.Where(member => latest.Contains(member.Id));
    }

    /// <summary>Whether no change is half done: every plan is complete, since all members are up, and all removed
    /// members know it or are informed when they ask.</summary>
    private bool IsAtRest() => MembersOfLatest().All(
        member => !member.Node.Configuration.IsJoint && member.Node.Configuration.PlannedVoters.IsEmpty);

    /// <summary>Requests a random change from a member that leads or believes it does.</summary>
    private void ChangeMembers()
    {
        List<ulong> leaders =
            [.. _ids.Where(id => _cluster[id].IsUp && _cluster[id].Node.Role == RaftRole.Leader)];
        if (leaders.Count == 0)
        {
            return;
        }

        ulong leader = leaders[_random.NextInt32(leaders.Count)];
        ConfigurationChange change = RandomChange(_cluster[leader].Node.Configuration);
        ChangeDecision decision = default;
        _cluster.Do(leader, member => decision = member.Node.Change(change));
        if (decision.Next is not { } next)
        {
            return;
        }

        Changes++;
        foreach (ClusterMember added in next.Members.Where(member => !_ids.Contains(member.Id.Value)))
        {
            _ids = [.. _ids, added.Id.Value];
            Add(added.Id.Value, new ClusterConfiguration());
        }
    }

    private ConfigurationChange RandomChange(ClusterConfiguration current)
    {
        MemberId member = current.Members[_random.NextInt32(current.Members.Length)].Id;
        MemberEndpoint added = PeerOf(current.LastMemberId.Value + 1);
        bool isFull = _ids.Length >= MaxMembersEver;
        return _random.NextInt32(9) switch
        {
            0 when !isFull => ConfigurationChange.AddLearner(added),
            1 or 2 when !isFull => ConfigurationChange.AddVoter(added),
            3 when !isFull => ConfigurationChange.Replace(member, added),
            4 => ConfigurationChange.Promote(member),
            5 => ConfigurationChange.Demote(member),
            6 => ConfigurationChange.Remove(member),
            7 => ConfigurationChange.SetVoters(RandomVoters(current, isFull ? null : added)),
            8 => ConfigurationChange.CancelPlan(),
            _ => ConfigurationChange.AddVoter(PeerOf(member.Value)),
        };
    }

    private IEnumerable<MemberEndpoint> RandomVoters(ClusterConfiguration current, MemberEndpoint? added)
    {
        List<MemberEndpoint> voters =
        [
            .. current.Members.Where(_ => _random.NextInt32(3) != 0).Select(m => PeerOf(m.Id.Value)),
        ];
        if (voters.Count == 0 || (added is not null && _random.NextInt32(2) == 0))
        {
            voters.Add(added ?? PeerOf(current.Members[0].Id.Value));
        }

        return voters.Take(5);
    }

    private static MemberEndpoint PeerOf(ulong id) => new(new MemberId(id), $"m{new MemberId(id)}");
}
