using System.Net;
using System.Net.Sockets;
using EmbeddedConsensus.Chaos.Proxy;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>A member as the parent sees it: its address, its disk, and its successive processes.</summary>
internal sealed class ClusterMember : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(1);

    private readonly ClusterFolders _folders;
    private readonly ClusterObserver _observer;
    private readonly LinkTable _links;
    private readonly NodeTraits _traits;
    private NodeSettings? _settings;
    private bool _endIsExpected;

    /// <summary>A member that is not started.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="folders">The directories of its files.</param>
    /// <param name="links">The network.</param>
    /// <param name="observer">Receives the events of its processes.</param>
    /// <param name="traits">What it has in common with the others.</param>
    public ClusterMember(
        MemberId id, ClusterFolders folders, LinkTable links, ClusterObserver observer, NodeTraits traits)
    {
        Id = id;
        _folders = folders;
        _observer = observer;
        _traits = traits;
        Disk = new MemberDisk(folders.DiskOf(id));
        _links = links;
        Proxy = NewProxy();
    }

    /// <summary>Its id.</summary>
    public MemberId Id { get; }

    /// <summary>Its disk.</summary>
    public MemberDisk Disk { get; }

    /// <summary>The address at which the others reach it.</summary>
    public PeerProxy Proxy { get; private set; }

    /// <summary>Its id and address.</summary>
    public NodeSettings.NodeAddress Address => new(Id.Value, Proxy.Address);

    /// <summary>The running process, or null.</summary>
    public NodeProcess? Process { get; private set; }

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Whether its process is stopped by a signal.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Starts a process, and waits until it is ready or reports why it cannot start.</summary>
    /// <param name="founders">The founding members; empty for one that joined.</param>
    /// <param name="joinAddresses">The addresses at which one that joins reaches the others.</param>
    /// <returns>Null, or why it cannot start; the process has exited then.</returns>
    public async Task<NodeEvent.StartFailed?> StartAsync(
        IReadOnlyList<NodeSettings.NodeAddress> founders, IReadOnlyList<string> joinAddresses)
    {
        _endIsExpected = false;
        NodeSettings settings = new()
        {
            Member = Id.Value,
            Address = Proxy.Address,
            Founders = founders,
            JoinAddresses = joinAddresses,
            ListenPort = Proxy.Target.Port,
            DataFolder = Disk.Folder,
            HistoryFolder = _folders.Histories,
            Start = ++Starts,
            Traits = _traits,
        };
        _settings = settings;
        NodeProcess process = NodeProcess.Start(settings, _folders.LogOf(Id));
        Process = process;
        process.StatusTold += status => _observer.Heard(Id, status);
        _ = WatchForEndAsync(process);
        NodeEvent started = await process.Started.WaitAsync(StartTimeout);
        if (started is not NodeEvent.StartFailed failed)
        {
            return null;
        }

        _endIsExpected = true;
        await process.WaitForExitAsync();
        Process = null;
        return failed;
    }

    /// <summary>Starts a second process with the same directory and its own port. It has exited when this
    /// returns.</summary>
    /// <returns>Null, or why it could not start.</returns>
    public async Task<NodeEvent.StartFailed?> TryStartSecondAsync()
    {
        NodeSettings settings = _settings ?? throw new InvalidOperationException($"Member {Id} was never started.");
        await using NodeProcess second = NodeProcess.Start(
            settings with { ListenPort = FreePort(), Start = ++Starts }, _folders.LogOfSecond(Id));
        return await second.Started.WaitAsync(StartTimeout) as NodeEvent.StartFailed;
    }

    /// <summary>Sends its process a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <exception cref="NodeUnavailableException">No process runs, or it did not reply.</exception>
    public Task<NodeEvent.Reply> AskAsync(NodeRequest request, TimeSpan timeout) =>
        Process is { } process
            ? process.AskAsync(request, timeout)
            : throw new NodeUnavailableException($"Member {Id} does not run.");

    /// <summary>Kills its process as by <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (Process is { } process)
        {
            _endIsExpected = true;
            _observer.Did("processes killed (SIGKILL)", process.HasExited ? 0 : 1);
            await process.KillAsync();
            await process.DisposeAsync();
            Process = null;
            IsPaused = false;
        }
    }

    /// <summary>Stops its process cleanly.</summary>
    /// <returns>Whether it exited in time and without an error.</returns>
    public async Task<bool> StopAsync()
    {
        if (Process is not { } process)
        {
            return true;
        }

        _endIsExpected = true;
        bool isClean = true;
        try
        {
            NodeEvent.Reply reply = await process.AskAsync(new NodeRequest.Stop(), StopTimeout);
            await process.WaitForExitAsync().WaitAsync(StopTimeout);
            isClean = reply.Error is null && process.ExitCode == 0;
        }
        catch (Exception exception) when (exception is NodeUnavailableException or TimeoutException)
        {
            isClean = false;
        }

        await KillAsync();
        return isClean;
    }

    /// <summary>Pauses its process.</summary>
    public void Pause()
    {
        if (Process is { HasExited: false } process)
        {
            ProcessSignals.Pause(process.Id);
            IsPaused = true;
            _observer.Did("processes paused (SIGSTOP)", 1);
        }
    }

    /// <summary>Resumes a paused process.</summary>
    public void Resume()
    {
        if (IsPaused && Process is { HasExited: false } process)
        {
            ProcessSignals.Resume(process.Id);
        }

        IsPaused = false;
    }

    /// <summary>Moves it to another address. It must not be running.</summary>
    public async Task MoveAsync()
    {
        PeerProxy old = Proxy;
        Proxy = NewProxy();
        await old.DisposeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Resume();
        await KillAsync();
        await Proxy.DisposeAsync();
        Disk.Dispose();
    }

    private PeerProxy NewProxy() => new(Id, new IPEndPoint(IPAddress.Loopback, FreePort()), _links);

    private async Task WatchForEndAsync(NodeProcess process)
    {
        await process.WaitForExitAsync();
        bool saidWhy = process.Started is { IsCompletedSuccessfully: true, Result: NodeEvent.StartFailed };
        if (!_endIsExpected && !saidWhy)
        {
            _observer.EndedByItself(Id, process.ExitCode, _folders.LogOf(Id));
        }
    }

    // Below the range from which the kernel assigns ephemeral ports.
    private static int FreePort()
    {
        const int First = 20_000;
        const int Last = 32_000;
        while (true)
        {
            int port = Random.Shared.Next(First, Last);
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // In use: try another one.
                continue;
            }
        }
    }
}
