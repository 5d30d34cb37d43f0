using System.Net;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Storage.Faster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Builds a member's host as an app would, with limits small enough that snapshots, log files and compactions
/// come and go within a round.</summary>
internal static class NodeHost
{
    /// <summary>The name of the cluster.</summary>
    public const string ClusterName = "chaos";

    /// <summary>How long a call waits for a majority.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a follower waits for its leader: at least this, at most twice this.</summary>
    public static readonly TimeSpan ElectionTimeout = TimeSpan.FromSeconds(1);

    // Far above a normal flush on a busy machine; a hanging disk is still detected within a round.
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(6);

    private const long SnapshotThresholdBytes = 1 << 20;
    private const long RetainedLogBytes = 64 << 10;
    private const int PageBytes = 128 << 10;
    private const int SegmentBytes = 1 << 20;

    /// <summary>Builds a host.</summary>
    /// <param name="settings">The member.</param>
    /// <param name="disk">The disk under its log.</param>
    public static IHost Build(NodeSettings settings, NodeDisk disk)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddSimpleConsole(static format =>
        {
            format.SingleLine = true;
            format.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services
            .AddConsensusStore(options => Configure(options, settings))
            .UseTcpTransport(options => options.ListenEndpoint = $"{IPAddress.Loopback}:{settings.ListenPort}")
            .UseStorage(_ => OpenStorage(settings.DataFolder, disk));
        return builder.Build();
    }

    private static void Configure(ConsensusStoreOptions options, NodeSettings settings)
    {
        options.ClusterName = ClusterName;
        options.MemberId = settings.Member;
        options.ElectionTimeout = ElectionTimeout;
        options.RequestTimeout = RequestTimeout;
        options.LinearizableReadMode = settings.Traits.Reads;
        options.SnapshotThresholdBytes = SnapshotThresholdBytes;
        options.RetainedLogBytes = RetainedLogBytes;
        options.LogCacheBytes = 1 << 20;
        options.AdvertisedAddress = settings.Address;
        foreach (NodeSettings.NodeAddress founder in settings.Founders)
        {
            options.Members.Add(new MemberOptions { Id = founder.Member, Address = founder.Address });
        }

        // The change for which it was started makes it a voter.
        options.JoinAsLearner = settings.JoinAddresses.Count > 0;
        foreach (string address in settings.JoinAddresses)
        {
            options.JoinAddresses.Add(address);
        }
    }

    private static ReplicaStorage OpenStorage(string folder, NodeDisk disk)
    {
        FasterStorageOptions options = new()
        {
            Directory = folder,
            PageBytes = PageBytes,
            SegmentBytes = SegmentBytes,
            MemoryBytes = 4 * PageBytes,
            PreallocationBytes = PageBytes,
            CommitTimeout = CommitTimeout,
        };
        FasterStorage storage = FasterStorage.OpenOver(options, disk.Wrap);
        return new ReplicaStorage(storage.Log, storage.Snapshots);
    }
}
