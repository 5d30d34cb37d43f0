using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Clusters;
using Microsoft.Extensions.Options;

namespace EmbeddedConsensus.Testing;

/// <summary>
/// A cluster in memory for the tests of an app: real replicas on virtual time, with partitions, crashes and leader
/// changes on demand.
/// </summary>
/// <remarks>
/// <para>Time stands still until the test lets it pass, with <see cref="AdvanceAsync"/>, or with one of the methods
/// that wait. Calls to a healthy cluster need no time. The threads of all replicas take turns, in an order that depends
/// on the seed and on the calls alone: a test does not depend on the speed of the machine.</para>
/// <para>A fault comes when the replicas have done what they can do at that instant. To have it come in the middle of
/// a call, give the call something to wait for: a <see cref="MemberDisk.WriteDelay"/>, a
/// <see cref="LinkConditions.Latency"/>.</para>
/// <para>Clusters share nothing, so that tests may run side by side.</para>
/// </remarks>
public sealed partial class ConsensusTestCluster : IAsyncDisposable
{
    private int _isDisposed;

    private ConsensusTestCluster(int members, ConsensusTestClusterOptions options)
    {
        Options = options;
        Network = new ClusterNetwork(Time, options.Seed);
        _founders = members;
        _members = [.. Enumerable.Range(0, members).Select(index => new TestClusterMember(this, index, joinsAs: null))];
    }

    /// <summary>The clock of the cluster. Give it to the app, so that it lives in the same time.</summary>
    public VirtualTimeProvider Time { get; } = new();

    /// <summary>How the cluster was set up.</summary>
    internal ConsensusTestClusterOptions Options { get; }

    /// <summary>The turns of all replicas.</summary>
    internal TurnQueue Turns { get; } = new();

    /// <summary>The network.</summary>
    internal ClusterNetwork Network { get; }

    /// <summary>Starts a cluster and waits until it has a leader.</summary>
    /// <param name="members">How many members it begins with: 1, 3, 5 or 7.</param>
    /// <param name="configure">Sets the cluster's options.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OptionsValidationException">The options of the store are not valid.</exception>
    public static async Task<ConsensusTestCluster> StartAsync(
        int members = 3,
        Action<ConsensusTestClusterOptions>? configure = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(members);
        ConsensusTestClusterOptions options = new();
        configure?.Invoke(options);
        options.Validate();
        ConsensusTestCluster cluster = new(members, options);
        try
        {
            foreach (TestClusterMember member in cluster.Members)
            {
                await member.StartAsync(cancellationToken).ConfigureAwait(false);
            }

            await cluster.WaitForLeaderAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends every member and frees everything. Ending twice is fine.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            foreach (TestClusterMember member in Members)
            {
                await member.CrashAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a life of a member draws from.</summary>
    internal ulong SeedFor(MemberId member, ulong life) =>
        new DeterministicRandom(Options.Seed ^ (member.Value << 32) ^ (life << 48)).NextUInt64();

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
}
