using System.Globalization;
using EmbeddedConsensus.Chaos.Proxy;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>The cluster of processes, its network and its disks.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly NodeTraits _traits;
    private readonly IReadOnlyList<NodeSettings.NodeAddress> _founders;
    private readonly Lock _gate = new();

    // Replaced as a whole when the membership changes, because network faults iterate it concurrently.
    private volatile ClusterMember[] _members = [];
    private NodeRequest.StartLoad? _load;
    private ulong _newestId;
    private int _startsOfRetired;

    /// <summary>A cluster that is not started.</summary>
    /// <param name="members">The initial number of members.</param>
    /// <param name="folders">The directories of its files.</param>
    /// <param name="traits">What its members have in common.</param>
    public ChaosCluster(int members, ClusterFolders folders, NodeTraits traits)
    {
        Folders = folders;
        _traits = traits;
        for (int i = 0; i < members; i++)
        {
            Add();
        }

        _founders = [.. _members.Select(static member => member.Address)];
    }

    /// <summary>The directories of its files.</summary>
    public ClusterFolders Folders { get; }

    /// <summary>The network.</summary>
    public LinkTable Links { get; } = new();

    /// <summary>The events that the members report.</summary>
    public ClusterObserver Observer { get; } = new();

    /// <summary>The members.</summary>
    public IReadOnlyList<ClusterMember> Members => _members;

    /// <summary>How many members may fail at a time while the others continue.</summary>
    public int Minority => (_members.Length - 1) / 2;

    /// <summary>The leader according to its own report, or null.</summary>
    public ClusterMember? Leader => _members
        .Where(static member => member.Process is { IsResponsive: true, Status.IsLeader: true })
        .MaxBy(static member => member.Process?.Status?.Term);

    /// <summary>Whether every member's process runs.</summary>
    public bool AllRun() => _members.All(static member => member.Process is { HasExited: false });

    /// <summary>The number of processes started.</summary>
    public int Starts => _startsOfRetired + _members.Sum(static member => member.Starts);

    /// <summary>Adds a member with an empty disk that is not running and not known to the others.</summary>
    public ClusterMember Add()
    {
        lock (_gate)
        {
            ClusterMember member = new(new MemberId(++_newestId), Folders, Links, Observer, _traits);
            _members = [.. _members, member];
            return member;
        }
    }

    /// <summary>Takes away a member that is no longer part of the cluster.</summary>
    /// <param name="member">The member.</param>
    public async Task RetireAsync(ClusterMember member)
    {
        lock (_gate)
        {
            _members = [.. _members.Where(one => one != member)];
            _startsOfRetired += member.Starts;
        }

        await member.DisposeAsync();
    }

    /// <summary>Starts every member.</summary>
    public Task StartAsync() => Task.WhenAll(_members.Select(StartAsync));

    /// <summary>Starts a member, with the load of the round.</summary>
    /// <param name="member">The member.</param>
    /// <exception cref="InvalidOperationException">It reported that it cannot start.</exception>
    public async Task StartAsync(ClusterMember member)
    {
        if (await TryStartAsync(member) is { } failed)
        {
            throw new InvalidOperationException(
                $"Member {member.Id} cannot start: {failed.Type}: {failed.Message}");
        }

        await LoadAsync(member);
    }

    /// <summary>Starts a member without load.</summary>
    /// <param name="member">The member.</param>
    /// <returns>Null, or why it cannot start.</returns>
    public Task<NodeEvent.StartFailed?> TryStartAsync(ClusterMember member) =>
        _founders.Any(founder => founder.Member == member.Id.Value)
            ? member.StartAsync(_founders, [])
            : member.StartAsync([], [.. _members.Where(one => one != member).Select(one => one.Proxy.Address)]);

    /// <summary>Kills a member and starts it again.</summary>
    /// <param name="member">The member.</param>
    public async Task RestartAsync(ClusterMember member)
    {
        await member.KillAsync();
        await StartAsync(member);
    }

    /// <summary>Starts the load of a round on every member, including those that start later.</summary>
    /// <param name="load">The load.</param>
    public async Task StartLoadAsync(NodeRequest.StartLoad load)
    {
        _load = load;
        await Task.WhenAll(_members.Select(LoadAsync));
    }

    /// <summary>Sends a request to every member.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">How long to wait for each.</param>
    /// <returns>The replies, in the order of the members; an error is part of its reply.</returns>
    public Task<NodeEvent.Reply[]> AskAllAsync(NodeRequest request, TimeSpan timeout) =>
        Task.WhenAll(_members.Select(member => TryAskAsync(member, request, timeout)));

    /// <summary>Sends a member a request.</summary>
    /// <returns>The reply; an error, or the absence of a reply, is part of it.</returns>
    public static async Task<NodeEvent.Reply> TryAskAsync(
        ClusterMember member, NodeRequest request, TimeSpan timeout)
    {
        try
        {
            return await member.AskAsync(request, timeout);
        }
        catch (NodeUnavailableException exception)
        {
            return new NodeEvent.Reply(0, exception.Message, 0, 0, 0);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Links.HealAll();
        foreach (ClusterMember member in _members)
        {
            await member.DisposeAsync();
        }
    }

    private async Task LoadAsync(ClusterMember member)
    {
        if (_load is { } load)
        {
            NodeEvent.Reply reply = await member.AskAsync(load, AskTimeout);
            if (reply.Error is { } error)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"Member {member.Id} does not take its load: {error}"));
            }
        }
    }
}
