using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>
/// An operator that makes every mistake: starts members with lists that differ, overlap, shrink and grow, on folders
/// that are empty, copied, another member's or lost, at their old addresses and at new ones, while an app writes and
/// reads. The processes are real hosts on virtual time, with the membership service in them.
/// </summary>
internal sealed partial class Deployment : IAsyncDisposable
{
    private const int MaxMembers = 6;
    private static readonly TimeSpan ElectionTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(90);

    private static readonly ulong[][] Lists = [[1, 2, 3], [1, 2, 3], [1, 2, 3, 4, 5], [3, 4, 5], [1, 4, 5], [2, 3, 6]];

    private readonly DeploymentOptions _options;
    private readonly SimulationRandom _random;
    private readonly DeploymentSite _site;
    private readonly List<MemberFolder> _folders = [];
    private readonly List<DeployedProcess> _processes = [];
    private readonly List<(DeployedProcess Process, string Key, Task Write)> _writes = [];
    private readonly List<(DeployedProcess Process, string[] Before, Task<RangeResult> Read)> _reads = [];
    private readonly List<Task> _changes = [];
    private readonly DeploymentChecker _checker;
    private ulong _lives;
    private int _keys;

    private Deployment(DeploymentOptions options)
    {
        _options = options;
        _random = new SimulationRandom(options.Seed);
        _site = new DeploymentSite(options.Seed);
        _checker = new DeploymentChecker(_folders, _processes);
    }

    /// <summary>What happened.</summary>
    private DeploymentStatistics Statistics { get; } = new();

    /// <summary>Runs a deployment to its end, or to the first broken promise.</summary>
    public static async Task<(DeploymentStatistics Statistics, SimulationFailedException? Failure)> RunAsync(
        DeploymentOptions options)
    {
        Deployment deployment = new(options);
        await using (deployment.ConfigureAwait(false))
        {
            SimulationFailedException? failure = null;
            try
            {
                await deployment.RunAsync().ConfigureAwait(false);
            }
            catch (SimulationFailedException exception)
            {
                failure = exception;
            }

            return (deployment.Statistics, failure);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAllAsync().ConfigureAwait(false);
        _site.Dispose();
    }

    private async Task RunAsync()
    {
        if (_random.Chance(0.8))
        {
            foreach (ulong id in (ulong[])[1, 2, 3])
            {
                await StartAsync(new MemberId(id), HomeOf(id), NewFolder(id), options => List(options, [1, 2, 3]))
                    .ConfigureAwait(false);
            }

            await PassAsync(5_000).ConfigureAwait(false);
        }

        for (int step = 0; step < _options.Steps; step++)
        {
            await StepAsync().ConfigureAwait(false);
            await PassAsync(_random.Between(0, _random.Chance(0.3) ? 6_000 : 1_000)).ConfigureAwait(false);
        }

        await RecoverAsync().ConfigureAwait(false);
        Statistics.Clusters = _checker.Clusters.Values.Count(cluster => cluster.HasServed);
    }

    private Task StepAsync() => _random.Below(100) switch
    {
        < 40 => StartSomethingAsync(),
        < 55 => EndOneAsync(),
        < 75 => WriteAsync(),
        < 87 => ReadAsync(),
        < 92 => CutAsync(),
        < 96 => HealAsync(),
        < 98 => ChangeAsync(),
        _ => LoseAdditionAsync(),
    };

    private async Task StartSomethingAsync()
    {
        ulong number = 1 + (ulong)_random.Below(MaxMembers);
        MemberId id = new(number);
        DeployedProcess? running = _processes.FirstOrDefault(process => process.Id == id);
        MemberFolder[] own = [.. _folders.Where(folder => folder.Owner == id && !folder.IsLost)];
        string address = _random.Chance(0.85) ? HomeOf(number) : $"{HomeOf(number)}-{_random.Below(3)}";
        MemberFolder? folder = _random.Below(100) switch
        {
            < 60 => own.Length > 0 ? own[^1] : NewFolder(number),
            < 80 => NewFolder(number),
            < 90 when own.Length > 0 => Copy(own[^1]),
            < 90 => null,
            _ => _folders.Count > 0 ? _folders[_random.Below(_folders.Count)] : null,
        };
        if (folder is null || folder.IsInUse || folder.IsLost)
        {
            return;
        }

        bool isSecond = folder.Owner == id || folder.Owner.IsNone;
        if (running is not null)
        {
            // A second process under the id. It can find the first one only where the network lets it.
            _site.Network.HealAll();
            await StartAsync(id, address, folder, Shape(number)).ConfigureAwait(false);
            await PassAsync(4_000).ConfigureAwait(false);
            if (_processes.FirstOrDefault(process => process.Folder == folder) is { } second)
            {
                await EndAsync(second).ConfigureAwait(false);
            }

            // Later it would be a copy of what the member once was.
            folder.IsLost = true;
            return;
        }

        if (isSecond)
        {
            // What the member had before is gone for good: no program can know that it comes back one day.
            foreach (MemberFolder other in own.Where(other => other != folder))
            {
                other.IsLost = true;
            }
        }

        await StartAsync(id, address, folder, Shape(number)).ConfigureAwait(false);
    }

    /// <summary>With which members a process is started.</summary>
    private Action<ConsensusStoreOptions> Shape(ulong number)
    {
        int choice = _random.Below(100);
        if (choice < 15 && _processes.Count > 0)
        {
            string by = _processes[_random.Below(_processes.Count)].Address;
            return options => options.JoinAddresses.Add(by);
        }

        ulong[] list = choice < 60 ? [1, 2, 3] : choice < 70 ? [number] : Lists[_random.Below(Lists.Length)];
        return options => List(options, list.Contains(number) ? list : [number]);
    }

    private async Task StartAsync(
        MemberId id, string address, MemberFolder folder, Action<ConsensusStoreOptions> shape)
    {
        ConsensusStoreOptions options = new()
        {
            MemberId = id.Value,
            AdvertisedAddress = address,
            HeartbeatInterval = ElectionTimeout / 5,
            ElectionTimeout = ElectionTimeout,
            RequestTimeout = 5 * ElectionTimeout,
        };
        shape(options);
        if (options.JoinAddresses is [string only] && only == address)
        {
            return;
        }

        DeployedProcess process = new(options, folder, _site, (_options.Seed * 1_000_003) + ++_lives)
        {
            IsKnownToCluster = _site.Network.CutLinks.Count == 0 && _checker.IsKnown(id, address),
        };
        Note($"starts {process}");
        Statistics.Starts++;
        folder.IsInUse = true;
        _processes.Add(process);
        try
        {
            await _site.Turns.StartAsync(() => process.Host.StartAsync(CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MemberRefusedException or TransportException)
        {
            Note($"does not start: {exception.Message}");
            Statistics.FailedStarts++;
            await EndAsync(process).ConfigureAwait(false);
        }
    }

    private async Task EndOneAsync()
    {
        if (_processes.Count > 0)
        {
            DeployedProcess process = _processes[_random.Below(_processes.Count)];
            Note($"ends {process}, {process.Host.State}");
            await EndAsync(process).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(DeployedProcess process)
    {
        _checker.Observe();
        _processes.Remove(process);
        await process.EndAsync(_site).ConfigureAwait(false);
        Settle();
    }

    private async Task EndAllAsync()
    {
        foreach (DeployedProcess process in _processes.ToArray())
        {
            _processes.Remove(process);
            await process.EndAsync(_site).ConfigureAwait(false);
        }
    }

    private Task WriteAsync()
    {
        if (AnyProcess() is { } process)
        {
            string key = $"key-{++_keys:D4}";
            _writes.Add((process, key, _site.Turns.StartAsync(() => process.Store.PutAsync(key, "v").AsTask())));
        }

        return Task.CompletedTask;
    }

    private Task ReadAsync()
    {
        if (AnyProcess() is { } process)
        {
            _checker.Observe();
            string[] before = _checker.Clusters.TryGetValue(process.ClusterId, out DeployedCluster? cluster)
                ? [.. cluster.Acknowledged]
                : [];
            Task<RangeResult>? read = null;
            Task begun = _site.Turns.StartAsync(
                () => read = process.Store.RangeAsync(KeyRange.Prefix("key-")).AsTask());
            _reads.Add((process, before, FinishAsync(begun, () => read!)));
        }

        return Task.CompletedTask;
    }

    private static async Task<RangeResult> FinishAsync(Task begun, Func<Task<RangeResult>> read)
    {
        await begun.ConfigureAwait(false);
        return await read().ConfigureAwait(false);
    }

    private Task CutAsync()
    {
        MemberId one = new(1 + (ulong)_random.Below(MaxMembers));
        MemberId two = new(1 + (ulong)_random.Below(MaxMembers));
        Note($"cuts {one} and {two}");
        _site.Network.SetCut(one, two, true);
        _site.Network.SetCut(two, one, true);
        return Task.CompletedTask;
    }

    private Task HealAsync()
    {
        _site.Network.HealAll();
        return Task.CompletedTask;
    }

    private Task ChangeAsync()
    {
        MemberId member = new(1 + (ulong)_random.Below(MaxMembers));
        if (AnyProcess() is { } process && process.Id != member)
        {
            Note($"removes {member} by {process}");
            _changes.Add(_site.Turns.StartAsync(() => process.Manager.RemoveMemberAsync(member).AsTask()));
        }

        return Task.CompletedTask;
    }

    /// <summary>A leader that is cut off from all others takes a member in, and both end before they hear of the
    /// leader that truncates the addition.</summary>
    private async Task LoseAdditionAsync()
    {
        ulong number = (ulong)Enumerable.Range(1, MaxMembers)
            .FirstOrDefault(id => _folders.TrueForAll(folder => folder.Owner != new MemberId((ulong)id))
                && _processes.TrueForAll(process => process.Id != new MemberId((ulong)id)));
        DeployedProcess? leader = _processes.Find(IsLeader);
        if (number == 0 || leader is null)
        {
            return;
        }

        MemberId joiner = new(number);
        Note($"cuts {leader} off, and {joiner} joins by it");
        foreach (DeployedProcess other in _processes.Where(other => other != leader))
        {
            _site.Network.SetCut(leader.Id, other.Id, true);
            _site.Network.SetCut(other.Id, leader.Id, true);
        }

        await StartAsync(
            joiner, HomeOf(number), NewFolder(number), options => options.JoinAddresses.Add(leader.Address))
            .ConfigureAwait(false);
        await PassAsync(_random.Between(200, 1_500)).ConfigureAwait(false);
        foreach (DeployedProcess process in _processes.Where(p => p == leader || p.Id == joiner).ToArray())
        {
            await EndAsync(process).ConfigureAwait(false);
        }

        _site.Network.HealAll();
    }

    private async Task PassAsync(long milliseconds)
    {
        await _site.PassAsync(TimeSpan.FromMilliseconds(milliseconds)).ConfigureAwait(false);
        _checker.Observe();
        Settle();
        foreach (DeployedProcess process in _processes.Where(process => process.Host.State == StoreState.Faulted))
        {
            throw new SimulationFailedException("Fault", $"{process} is faulted: {process.Host.Fault}");
        }
    }

    /// <summary>Judges the calls that have ended.</summary>
    private void Settle()
    {
        foreach ((DeployedProcess process, string key, Task write) in _writes.Where(call => call.Write.IsCompleted))
        {
            if (write.IsCompletedSuccessfully)
            {
                Statistics.Writes++;
                Note($"{key} is acknowledged by {process}");
                _checker.Acknowledged(process, key);
            }
        }

        foreach ((DeployedProcess process, string[] before, Task<RangeResult> read) in
            _reads.Where(call => call.Read.IsCompleted))
        {
            if (read.IsCompletedSuccessfully)
            {
                Statistics.Reads++;
                _checker.Answered(
                    process, before, read.Result.Items.Select(item => item.Key.ToString()).ToHashSet(
                        StringComparer.Ordinal));
            }
        }

        _writes.RemoveAll(static call => call.Write.IsCompleted);
        _reads.RemoveAll(static call => call.Read.IsCompleted);
        _changes.RemoveAll(static change => change.IsCompleted);
    }

    private DeployedProcess? AnyProcess()
    {
        DeployedProcess[] serving = [.. _processes.Where(process => process.IsServing)];
        return serving.Length == 0 ? null : serving[_random.Below(serving.Length)];
    }

    private MemberFolder NewFolder(ulong id)
    {
        MemberFolder folder = new(new InMemoryDisk(_site.Time), $"folder-{_folders.Count + 1} of {id}");
        _folders.Add(folder);
        return folder;
    }

    private MemberFolder Copy(MemberFolder original)
    {
        MemberFolder copy = original.Copy($"folder-{_folders.Count + 1}, a copy of {original}");
        _folders.Add(copy);
        return copy;
    }

    private static bool IsLeader(DeployedProcess process) =>
        process.IsServing && process.Host.View!.Role == ReplicaRole.Leader;

    private static string HomeOf(ulong id) => $"host-{id}";

    private static void List(ConsensusStoreOptions options, ulong[] ids)
    {
        foreach (ulong id in ids)
        {
            options.Members.Add(new MemberOptions { Id = id, Address = HomeOf(id) });
        }
    }

    private void Note(FormattableString what) => _options.Log?.Invoke(
        FormattableString.Invariant($"{_site.Time.Elapsed.TotalSeconds,9:F3} {FormattableString.Invariant(what)}"));
}
