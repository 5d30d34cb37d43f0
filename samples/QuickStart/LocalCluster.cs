using System.Diagnostics;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Three replicas of one store.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private const int MemberCount = 3;
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(2);

    private readonly ClusterLayout _layout;
    private readonly List<ClusterMember> _members;

    /// <summary>A cluster that is not started.</summary>
    /// <param name="folder">The directory of the members' data.</param>
    public LocalCluster(string folder)
    {
        _layout = new ClusterLayout(MemberCount, folder);
        _members = [.. _layout.Peers.Select(peer => new ClusterMember(peer.Id, _layout))];
    }

    /// <summary>The running members, by id.</summary>
    public IReadOnlyList<ClusterMember> Members => _members;

    /// <summary>Starts every member and waits until the cluster accepts writes.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> StartAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(_members.Select(member => member.StartAsync(cancellationToken)));
        foreach (ClusterMember member in _members)
        {
            await member.Store.WaitForReadyAsync(cancellationToken);
        }

        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Waits until a running member leads and all members know it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ClusterMember> WaitForLeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            MemberId leader = _members[0].Store.Status.Leader;
            if (_members.All(member => member.Store.Status.Leader == leader)
                && _members.Find(member => member.Id == leader) is { } found)
            {
                return found;
            }

            await Task.Delay(StatusInterval, cancellationToken);
        }
    }

    /// <summary>Cuts a member off and waits until the others have elected a leader.</summary>
    /// <param name="member">The member.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How long there was no leader.</returns>
    public async Task<TimeSpan> CutOffAsync(ClusterMember member, CancellationToken cancellationToken)
    {
        _members.Remove(member);
        long start = Stopwatch.GetTimestamp();
        await member.DisposeAsync();
        await WaitForLeaderAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Restarts a lost member from its directory at its old address, and waits until it has caught
    /// up.</summary>
    /// <param name="id">The member.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> BringBackAsync(MemberId id, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        ClusterMember member = new(id, _layout);
        _members.Add(member);
        _members.Sort(static (left, right) => left.Id.CompareTo(right.Id));
        await member.StartAsync(cancellationToken);

        // Ready means that a linearizable read at this member would succeed: it has every acknowledged write.
        await member.Store.WaitForReadyAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Stops the members. No member is left to hand over to.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (ClusterMember member in _members)
        {
            await member.DisposeAsync();
        }
    }
}
