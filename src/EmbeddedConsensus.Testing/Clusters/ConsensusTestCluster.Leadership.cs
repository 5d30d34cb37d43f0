namespace EmbeddedConsensus.Testing;

/// <summary>Who leads, and how that changes.</summary>
public sealed partial class ConsensusTestCluster
{
    /// <summary>The leader: of those that believe to lead, the one of the highest term.</summary>
    /// <exception cref="InvalidOperationException">Nobody leads now.</exception>
    public TestClusterMember Leader => FindLeader() ?? throw new InvalidOperationException(
        $"Nobody leads now. Await WaitForLeaderAsync first.{Environment.NewLine}{Describe()}");

    /// <summary>The members that run and do not lead, by index.</summary>
    public IReadOnlyList<TestClusterMember> Followers
    {
        get
        {
            TestClusterMember? leader = FindLeader();
            return [.. Members.Where(member => member.IsServing && member != leader)];
        }
    }

    /// <summary>The first of <see cref="Followers"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public TestClusterMember AnyFollower => Followers is [var first, ..] ? first : throw new InvalidOperationException(
        $"No member is a running follower.{Environment.NewLine}{Describe()}");

    /// <summary>Lets time pass until a member leads and a majority of the voters follows it. A majority that is cut off
    /// from its leader counts as without one, also before it has noticed.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The leader.</returns>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> WaitForLeaderAsync(
        TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        await RunUntilAsync(HasLeader, limit, "a member leads and a majority follows it", cancellationToken)
            .ConfigureAwait(false);
        return Leader;
    }

    /// <summary>Hands leadership over in an orderly way, to a given member.</summary>
    /// <param name="member">The member.</param>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <exception cref="LeadershipTransferException">The member did not take over.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task TransferLeadershipAsync(TestClusterMember member, TimeSpan? limit = null)
    {
        ArgumentNullException.ThrowIfNull(member);
        await RunUntilAsync(
            Leader.Maintenance.TransferLeadershipAsync(member.Id), limit, $"{member} takes over leadership")
            .ConfigureAwait(false);
        await WaitForLeaderAsync(limit).ConfigureAwait(false);
    }

    /// <summary>Hands leadership over in an orderly way, to the next running member.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The new leader.</returns>
    /// <exception cref="InvalidOperationException">Nobody else runs.</exception>
    /// <exception cref="LeadershipTransferException">The member did not take over.</exception>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public async Task<TestClusterMember> ChangeLeaderAsync(TimeSpan? limit = null)
    {
        int leader = Leader.Index;
        TestClusterMember next = Followers.FirstOrDefault(member => member.Index > leader) ?? AnyFollower;
        await TransferLeadershipAsync(next, limit).ConfigureAwait(false);
        return Leader;
    }

    /// <summary>Changes the leader as an accident does: it is cut off until the others have elected another, and then
    /// its links are again as they were. Calls that are under way meet the change.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <returns>The new leader.</returns>
    /// <exception cref="ClusterTimeoutException">The limit has passed: the others have no majority.</exception>
    public async Task<TestClusterMember> DeposeLeaderAsync(TimeSpan? limit = null)
    {
        TestClusterMember old = Leader;
        HashSet<(MemberId, MemberId)> before = [.. Network.CutLinks];
        Isolate(old);
        try
        {
            await RunUntilAsync(() => HasLeader() && Leader != old, limit, $"another member than {old} leads")
                .ConfigureAwait(false);
        }
        finally
        {
            foreach (TestClusterMember other in Members)
            {
                Network.SetCut(old.Id, other.Id, before.Contains((old.Id, other.Id)));
                Network.SetCut(other.Id, old.Id, before.Contains((other.Id, old.Id)));
            }
        }

        return Leader;
    }

    private TestClusterMember? FindLeader() =>
        Members.Where(static member => member.IsLeader).MaxBy(static member => member.Status.Term);

    private bool HasLeader()
    {
        if (FindLeader() is not { } leader)
        {
            return false;
        }

        StoreStatus status = leader.Status;
        return Members.Count(member => status.Voters.Contains(member.Id)
            && member.IsServing && member.Status is { } other
            && (other.Leader, other.Term) == (leader.Id, status.Term)
            && !Network.IsCut(leader.Id, member.Id) && !Network.IsCut(member.Id, leader.Id)) > status.Voters.Count / 2;
    }
}
