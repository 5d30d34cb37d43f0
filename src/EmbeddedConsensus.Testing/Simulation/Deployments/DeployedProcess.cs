using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Testing.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>A process of an app with a real replica in it, from its start to its end.</summary>
internal sealed class DeployedProcess
{
    private readonly MemberSchedule _schedule;

    /// <summary>Puts the process together; it does not run yet.</summary>
    public DeployedProcess(
        ConsensusStoreOptions options, MemberFolder folder, DeploymentSite site, ulong seed)
    {
        Options = options;
        Folder = folder;
        _schedule = new MemberSchedule(site.Turns, Id, seed);
        Host = new ReplicaHost(
            options,
            new ReplicaStorage(new InMemoryLogStorage(folder.Disk), new InMemorySnapshotStorage(folder.Disk)),
            context => site.Network.CreateTransport(Id, context.ClusterId, context.Address),
            site.Time,
            NullLogger.Instance,
            _schedule);
        Store = new KeyValueStore(Host, options);
        Manager = new ClusterManager(Host, Host.Membership.Changes, Host.Completion);
    }

    /// <summary>What it was started with.</summary>
    public ConsensusStoreOptions Options { get; }

    /// <summary>Its data.</summary>
    public MemberFolder Folder { get; }

    /// <summary>The replica.</summary>
    public ReplicaHost Host { get; }

    /// <summary>The store.</summary>
    public KeyValueStore Store { get; }

    /// <summary>The membership.</summary>
    public ClusterManager Manager { get; }

    /// <summary>Which member it is.</summary>
    public MemberId Id => new(Options.MemberId);

    /// <summary>Where it listens.</summary>
    public string Address => Options.AdvertisedAddress!;

    /// <summary>The members that it may found a cluster with; none for one that joins.</summary>
    public IEnumerable<MemberId> Founders => Options.JoinAddresses.Count > 0 ? []
        : Options.Members.Count == 0 ? [Id]
        : Options.Members.Select(member => new MemberId(member.Id));

    /// <summary>Whether it takes part.</summary>
    public bool IsServing => Host.State == StoreState.Running;

    /// <summary>The cluster that it belongs to; 0 while it belongs to none.</summary>
    public ulong ClusterId => Host.View?.CommittedConfiguration.ClusterId ?? 0;

    /// <summary>Whether a cluster that could reach the process at its start should have told it that it is a member.
    /// </summary>
    public bool IsKnownToCluster { get; set; }

    /// <summary>Ends it without notice.</summary>
    /// <param name="site">Where it runs.</param>
    public async Task EndAsync(DeploymentSite site)
    {
        site.Clock.LetReplicasRest();
        site.Turns.SetMode(_schedule, ScheduleMode.Crashed);
        await Host.DisposeAsync().ConfigureAwait(false);
        Folder.Disk.Crash();
        Folder.IsInUse = false;
    }

    /// <inheritdoc />
    public override string ToString() =>
        $"member {Id} at {Address} on {Folder}, {(Options.JoinAddresses.Count > 0
            ? $"joining by {string.Join(", ", Options.JoinAddresses)}"
            : $"founders {string.Join(", ", Founders)}")}";
}
