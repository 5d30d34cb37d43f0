namespace EmbeddedConsensus.Testing;

/// <summary>What a test may check of the cluster as a whole.</summary>
public sealed partial class ConsensusTestCluster
{
    // Between two looks an app may compact, and one replica is asked before and another behind it.
    private const int MaxLooksAtHashes = 3;

    /// <summary>Lets time pass until every running member has applied what any of them has committed. A member that is
    /// cut off never will.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterTimeoutException">The limit has passed.</exception>
    public Task WaitForConvergenceAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        RunUntilAsync(HasConverged, limit, "every running member has applied what is committed", cancellationToken);

    /// <summary>Checks that all running members hold the same data with the same history, at the newest revision. Waits
    /// for those that are behind; members that are down, paused or faulted are left out.</summary>
    /// <param name="limit">How much virtual time may pass; null for
    /// <see cref="ConsensusTestClusterOptions.TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ReplicasDisagreeException">They do not hold the same.</exception>
    /// <exception cref="ClusterTimeoutException">A member did not catch up within the limit.</exception>
    public async Task AssertReplicasAgreeAsync(TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        TestClusterMember[] members = [];
        StoreHash[] hashes = [];
        for (int look = 0; look < MaxLooksAtHashes && (look == 0 || DifferInCompaction(hashes)); look++)
        {
            await WaitForConvergenceAsync(limit, cancellationToken).ConfigureAwait(false);
            members = [.. Members.Where(static member => member.IsServing)];
            long revision = members.Min(static member => member.Status.Revision);
            hashes = new StoreHash[members.Length];
            for (int i = 0; i < members.Length; i++)
            {
                hashes[i] = await members[i].Maintenance.HashAsync(revision, cancellationToken).ConfigureAwait(false);
            }
        }

        if (hashes.Distinct().Count() > 1)
        {
            throw new ReplicasDisagreeException(
                $"At revision {hashes[0].Revision} the members hold different data: "
                + string.Join(
                    ", ", members.Zip(hashes, static (member, hash) => $"{member.Id} has hash {hash.Hash:x8}"))
                + $".{Environment.NewLine}{Describe()}");
        }
    }

    private static bool DifferInCompaction(StoreHash[] hashes) =>
        hashes.DistinctBy(static hash => hash.CompactRevision).Count() > 1;

    private bool HasConverged()
    {
        StoreStatus[] running = [.. Members.Where(static member => member.IsServing).Select(static m => m.Status)];
        ulong committed = running.Length == 0 ? 0 : running.Max(static status => status.CommitIndex);
        return running.Length > 0 && running.All(status => status.AppliedIndex >= committed);
    }
}
