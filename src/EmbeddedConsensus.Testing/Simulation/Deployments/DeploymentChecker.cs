using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>Checks what a deployment must never lead to.</summary>
/// <param name="folders">All folders that ever were.</param>
/// <param name="processes">The processes that run.</param>
internal sealed class DeploymentChecker(
    IReadOnlyList<MemberFolder> folders, IReadOnlyList<DeployedProcess> processes)
{
    private readonly SortedDictionary<ulong, DeployedCluster> _clusters = [];

    /// <summary>The clusters that came about, by id.</summary>
    public IReadOnlyDictionary<ulong, DeployedCluster> Clusters => _clusters;

    /// <summary>Notes which clusters the processes know.</summary>
    public void Observe()
    {
        foreach (DeployedProcess process in processes)
        {
            if (process.ClusterId is not 0 and ulong id && process.Host.View is { } view)
            {
                if (!_clusters.TryGetValue(id, out DeployedCluster? cluster))
                {
                    _clusters.Add(id, cluster = new DeployedCluster(process));
                }

                cluster.Observe(view.CommittedConfiguration, view.CommittedConfigurationIndex);
                process.Folder.ClusterId = id;
                process.Folder.Owner = process.Id;
            }
        }
    }

    /// <summary>A process acknowledged a write.</summary>
    /// <exception cref="SimulationFailedException">A promise is broken.</exception>
    public void Acknowledged(DeployedProcess process, string key)
    {
        DeployedCluster cluster = Serve(process);
        cluster.Acknowledged.Add(key);
    }

    /// <summary>A process answered a linearizable read of all keys.</summary>
    /// <param name="process">The process.</param>
    /// <param name="before">The keys that its cluster had acknowledged when the read began.</param>
    /// <param name="found">The keys that were read.</param>
    /// <exception cref="SimulationFailedException">A promise is broken.</exception>
    public void Answered(DeployedProcess process, IReadOnlyCollection<string> before, IReadOnlySet<string> found)
    {
        Serve(process);
        if (before.FirstOrDefault(key => !found.Contains(key)) is { } missing)
        {
            throw new SimulationFailedException("Acknowledged Writes",
                $"{process} answers a linearizable read without {missing}, which its cluster {process.ClusterId:x} had "
                + "acknowledged before.");
        }
    }

    /// <summary>Whether a cluster has not lost what it acknowledged: a majority of its voters have their folders.
    /// </summary>
    public bool IsAlive(ulong id) => HasMajority(_clusters[id].Configuration, id);

    /// <summary>Whether a cluster serves when all its members run that have their folders. They must be a majority of
    /// each later configuration that one of them holds, too: a member goes by the last one in its log, committed or
    /// not, and the others cannot lead without it.</summary>
    public bool CanServe(ulong id) =>
        IsAlive(id) && Uncommitted(id).All(configuration => HasMajority(configuration, id));

    /// <summary>The members of a cluster, and those that a change adds which may not be committed.</summary>
    public IEnumerable<ClusterMember> MembersOf(ulong id) =>
        _clusters[id].Configuration.Members
            .Concat(Uncommitted(id).SelectMany(static configuration => configuration.Members))
            .DistinctBy(static member => member.Id);

    /// <summary>Whether a cluster counts a member among its own at an address, and has a leader that reaches it and
    /// stays the leader.</summary>
    public bool IsKnown(MemberId member, string address) => _clusters.Any(pair =>
        pair.Value.Configuration.Find(member) is { HasStarted: true } known && known.Address == address
        && Runs(pair.Key, static process => process.Host.View!.Role == ReplicaRole.Leader)
        && IsMajority(pair.Value.Configuration, voter => Runs(pair.Key, process => process.Id == voter)));

    private DeployedCluster Serve(DeployedProcess process)
    {
        Observe();
        ulong id = process.ClusterId;
        DeployedCluster cluster = _clusters[id];
        cluster.HasServed = true;
        foreach ((ulong otherId, DeployedCluster other) in _clusters)
        {
            if (otherId != id && other.HasServed && IsAlive(otherId) && !IsBeyondKnowledge(cluster, otherId)
                && !IsBeyondKnowledge(other, id)
                && cluster.Configuration.Voters.Intersect(other.Configuration.Voters).Any())
            {
                throw new SimulationFailedException("One Cluster",
                    $"{process} serves for cluster {id:x} with the voters "
                    + $"{string.Join(", ", cluster.Configuration.Voters)}, founded by {cluster.Founder}; cluster "
                    + $"{otherId:x} with the voters {string.Join(", ", other.Configuration.Voters)}, founded by "
                    + $"{other.Founder}, has served too and has not lost its majority.");
            }
        }

        return cluster;
    }

    /// <summary>Whether no member that founded a cluster could have known of another one: none of them has data of it,
    /// and none was started where the other one, with a leader, expected it.</summary>
    private bool IsBeyondKnowledge(DeployedCluster founded, ulong other) =>
        !founded.Founder.Founders.Any(founder => HasFolder(founder, other)) && !founded.Founder.IsKnownToCluster;

    private IEnumerable<ClusterConfiguration> Uncommitted(ulong id) =>
        folders.Where(folder => folder.ClusterId == id && !folder.IsLost)
            .SelectMany(folder => folder.ConfigurationsAfter(_clusters[id].ConfigurationIndex));

    private bool HasMajority(ClusterConfiguration configuration, ulong id) =>
        IsMajority(configuration, voter => HasFolder(voter, id));

    private bool Runs(ulong cluster, Func<DeployedProcess, bool> condition) =>
        processes.Any(process => process.ClusterId == cluster && process.IsServing && condition(process));

    private bool HasFolder(MemberId member, ulong cluster) =>
        folders.Any(folder => folder.Owner == member && folder.ClusterId == cluster && !folder.IsLost);

    private static bool IsMajority(ClusterConfiguration configuration, Func<MemberId, bool> condition) =>
        IsMajority(configuration.Voters, condition)
        && (!configuration.IsJoint || IsMajority(configuration.OutgoingVoters, condition));

    private static bool IsMajority(IReadOnlyCollection<MemberId> voters, Func<MemberId, bool> condition) =>
        voters.Count(condition) * 2 > voters.Count;
}
