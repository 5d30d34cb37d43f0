namespace EmbeddedConsensus.Testing;

/// <summary>Compares what the members of a test cluster hold.</summary>
internal sealed class ReplicaComparison
{
    private readonly TestClusterMember[] _members;
    private readonly StoreHash[] _hashes;

    private ReplicaComparison(TestClusterMember[] members, StoreHash[] hashes)
    {
        _members = members;
        _hashes = hashes;
    }

    /// <summary>Whether members are compacted at different revisions: then their hashes say nothing.</summary>
    public bool DiffersInCompaction => _hashes.DistinctBy(static hash => hash.CompactRevision).Count() > 1;

    /// <summary>Whether all hold the same data with the same history.</summary>
    public bool AreEqual => _hashes.Distinct().Count() <= 1;

    /// <summary>Whether every running member has applied what any of them has committed.</summary>
    public static bool HasConverged(IReadOnlyList<TestClusterMember> members)
    {
        StoreStatus[] running = [.. members.Where(static member => member.IsServing).Select(static m => m.Status)];
        ulong committed = running.Length == 0 ? 0 : running.Max(static status => status.CommitIndex);
        return running.Length > 0 && running.All(status => status.AppliedIndex >= committed);
    }

    /// <summary>Hashes all running members at the newest revision that each of them has.</summary>
    public static async Task<ReplicaComparison> TakeAsync(
        IReadOnlyList<TestClusterMember> all, CancellationToken cancellationToken)
    {
        TestClusterMember[] members = [.. all.Where(static member => member.IsServing)];
        long revision = members.Min(static member => member.Status.Revision);
        StoreHash[] hashes = new StoreHash[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            hashes[i] = await members[i].Maintenance.HashAsync(revision, cancellationToken).ConfigureAwait(false);
        }

        return new ReplicaComparison(members, hashes);
    }

    /// <summary>The hashes by member.</summary>
    public override string ToString() =>
        $"At revision {_hashes[0].Revision} the members hold different data: "
        + string.Join(", ", _members.Zip(_hashes, static (member, hash) => $"{member.Id} has hash {hash.Hash:x8}"))
        + ".";
}
