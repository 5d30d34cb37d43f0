using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>The end of a deployment: the operator comes to reason.</summary>
internal sealed partial class Deployment
{
    /// <summary>Of a cluster that has not lost its majority, every member is started where the cluster expects it, on
    /// its own folder. The cluster serves, with everything that it has acknowledged, and takes in whom it had begun to
    /// take in.</summary>
    private async Task RecoverAsync()
    {
        Statistics.Refusals = _processes.Count(process => process.Host.State == StoreState.Removed);
        foreach ((ulong id, DeployedCluster cluster) in _checker.Clusters.Where(pair => pair.Value.HasServed).ToArray())
        {
            foreach (DeployedProcess process in _processes.ToArray())
            {
                await EndAsync(process).ConfigureAwait(false);
            }

            _site.Network.HealAll();
            if (!_checker.CanServe(id))
            {
                continue;
            }

            ClusterConfiguration committed = cluster.Configuration;
            foreach (ClusterMember member in _checker.MembersOf(id).ToArray())
            {
                await StartAgainAsync(member, id, committed).ConfigureAwait(false);
            }

            DeployedProcess leader = await ServesAsync(id).ConfigureAwait(false);
            await JoinAsync(leader, committed).ConfigureAwait(false);
            Statistics.Recoveries++;
        }
    }

    private async Task StartAgainAsync(ClusterMember member, ulong cluster, ClusterConfiguration committed)
    {
        if (_folders.LastOrDefault(
            folder => folder.Owner == member.Id && folder.ClusterId == cluster && !folder.IsLost) is { } folder)
        {
            await StartAsync(member.Id, member.Address, folder, options =>
            {
                if (committed.Contains(member.Id))
                {
                    List(options, [member.Id.Value]);
                    return;
                }

                foreach (ClusterMember other in committed.Members)
                {
                    options.JoinAddresses.Add(other.Address);
                }
            }).ConfigureAwait(false);
        }
    }

    private async Task<DeployedProcess> ServesAsync(ulong cluster)
    {
        await _site.WaitAsync(() => _processes.Exists(IsLeader), RecoveryLimit).ConfigureAwait(false);
        if (_processes.Find(IsLeader) is not { } leader)
        {
            throw new SimulationFailedException("Recovery",
                $"Cluster {cluster:x} has a majority and no leader after {RecoveryLimit}: {StatesOf(_processes)}");
        }

        _checker.Observe();
        string[] before = [.. _checker.Clusters[cluster].Acknowledged];
        Task<RangeResult>? read = null;
        Task begun = _site.Turns.StartAsync(() => read = leader.Store.RangeAsync(KeyRange.Prefix("key-")).AsTask());
        Task<RangeResult> answer = FinishAsync(begun, () => read!);
        await _site.WaitAsync(() => answer.IsCompleted, RecoveryLimit).ConfigureAwait(false);
        if (leader.Host.State == StoreState.Removed)
        {
            // Its removal was on the way when it was elected. Another one leads, which is asked instead.
            return await ServesAsync(cluster).ConfigureAwait(false);
        }

        if (!answer.IsCompletedSuccessfully)
        {
            throw new SimulationFailedException("Recovery",
                $"Cluster {cluster:x} has a leader, {leader}, and answers no read: {answer.Exception?.Message}");
        }

        _checker.Answered(leader, before, answer.Result.Items.Select(item => item.Key.ToString()).ToHashSet(
            StringComparer.Ordinal));
        return leader;
    }

    /// <summary>Members whose addition was not committed join.</summary>
    private async Task JoinAsync(DeployedProcess leader, ClusterConfiguration committed)
    {
        DeployedProcess[] joiners = [.. _processes.Where(process => !committed.WasUsed(process.Id))];
        bool joined = await _site.WaitAsync(
            () => joiners.All(process => process.Host.View?.CommittedConfiguration.Contains(process.Id) == true),
            RecoveryLimit).ConfigureAwait(false);
        if (!joined)
        {
            throw new SimulationFailedException("Recovery",
                $"Not all joiners are members of {leader}'s cluster after {RecoveryLimit}: {StatesOf(joiners)}");
        }

        Statistics.Joins += joiners.Length;
    }

    private static string StatesOf(IEnumerable<DeployedProcess> processes) => string.Join(
        "; ", processes.Select(process => $"{process}: {process.Host.State}, {process.Host.Fault?.Message}"));
}
