using System.Text.Json;
using EmbeddedConsensus.Chaos.Load;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Executes the parent's requests in a member's process and reports the member's state.</summary>
internal sealed class NodeServer : IAsyncDisposable
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly NodeSettings _settings;
    private readonly IHost _host;
    private readonly NodeDisk _disk;
    private readonly EventWriter _events;
    private readonly IKeyValueStore _store;
    private readonly IStoreMaintenance _maintenance;
    private readonly MembershipRequests _membership;
    private readonly ConsensusStoreHealthCheck _health;
    private readonly CancellationTokenSource _end = new();
    private RoundLoad? _load;

    /// <summary>A server for a started host.</summary>
    /// <param name="settings">The member.</param>
    /// <param name="host">The host that runs its replica.</param>
    /// <param name="disk">Its disk.</param>
    /// <param name="events">The connection to the parent.</param>
    public NodeServer(NodeSettings settings, IHost host, NodeDisk disk, EventWriter events)
    {
        _settings = settings;
        _host = host;
        _disk = disk;
        _events = events;
        _store = host.Services.GetRequiredService<IKeyValueStore>();
        _maintenance = host.Services.GetRequiredService<IStoreMaintenance>();
        _membership = new MembershipRequests(host.Services.GetRequiredService<IClusterManager>());
        _health = new ConsensusStoreHealthCheck(_store);
    }

    /// <summary>Serves requests until the input ends or one asks to stop.</summary>
    /// <param name="requests">The requests.</param>
    public async Task ServeAsync(TextReader requests)
    {
        Task telling = TellStatusAsync();

        // A read of standard input cannot be cancelled; the end of the process ends it.
        await Task.WhenAny(Task.Run(() => ReadAsync(requests)), telling);
        await _end.CancelAsync();
        await telling;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndLoadAsync();
        _end.Dispose();
    }

    private RoundLoad Load => _load ?? throw new InvalidOperationException("No round has been started here.");

    private ValueTask EndLoadAsync() => _load?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task ReadAsync(TextReader requests)
    {
        while (await requests.ReadLineAsync() is { } line)
        {
            NodeRequest request = JsonSerializer.Deserialize<NodeRequest>(line)
                ?? throw new InvalidDataException("A request is null.");
            _ = Task.Run(() => AnswerAsync(request));
        }
    }

    private async Task AnswerAsync(NodeRequest request)
    {
        NodeEvent.Reply reply = new(request.Id, null, 0, 0, 0);
        try
        {
            reply = await HandleAsync(request, reply);
        }
        catch (Exception exception) when (
            exception is ConsensusStoreException or InvalidOperationException or IOException
                or OperationCanceledException)
        {
            reply = reply with { Error = $"{exception.GetType().Name}: {exception.Message}" };
        }

        _events.Write(reply);
        if (request is NodeRequest.Stop)
        {
            await _end.CancelAsync();
        }
    }

    private async Task<NodeEvent.Reply> HandleAsync(NodeRequest request, NodeEvent.Reply reply)
    {
        switch (request)
        {
            case NodeRequest.StartLoad start:
                await EndLoadAsync();
                _load = RoundLoad.Start(_store, _settings, start);
                return reply;
            case NodeRequest.StopCallers:
                await Load.StopCallersAsync();
                return reply;
            case NodeRequest.Probe:
                return reply with { Revision = await Load.WriteAsync(RoundKeys.ProbeOf(_settings.Member)) };
            case NodeRequest.EndRound:
                return reply with { Revision = await Load.WriteAsync(RoundKeys.End) };
            case NodeRequest.ReadAll:
                return reply with { Revision = await Load.ReadAllAsync() };
            case NodeRequest.EndWatches:
                await Load.EndWatchesAsync();
                return reply;
            case NodeRequest.Settle settle:
                return reply with { Revision = await SettleAsync(settle.Revision) };
            case NodeRequest.Hash hash:
                StoreHash taken = await _maintenance.HashAsync(hash.Revision);
                return reply with
                {
                    Revision = taken.Revision, Hash = taken.Hash, CompactRevision = taken.CompactRevision,
                };
            case NodeRequest.DumpEvents dump:
                await EventLogFile.WriteAsync(_store, dump, _end.Token);
                return reply;
            case NodeRequest.SlowDisk slow:
                _disk.Slow(slow.DelayMs);
                return reply;
            case NodeRequest.HangDisk:
                _disk.Hang();
                return reply;
            case NodeRequest.LoseFlush:
                _disk.LoseFlush();
                return reply;
            case NodeRequest.TransferLeadership transfer:
                await _maintenance.TransferLeadershipAsync(new MemberId(transfer.Target));
                return reply;
            case NodeRequest.Membership membership:
                return reply with { Members = await _membership.HandleAsync(membership) };
            case NodeRequest.Stop:
                await _host.StopAsync();
                return reply;
            default:
                throw new InvalidOperationException($"There is no handler for {request.GetType().Name}.");
        }
    }

    private async Task<long> SettleAsync(long revision)
    {
        while (_store.Status.Revision < revision)
        {
            await Task.Delay(PollInterval, _end.Token);
        }

        return _store.Status.Revision;
    }

    private async Task TellStatusAsync()
    {
        using PeriodicTimer timer = new(StatusInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                _events.Write(await StatusAsync());
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private async Task<NodeEvent.Status> StatusAsync()
    {
        StoreStatus status = _store.Status;
        HealthCheckResult health = await _health.CheckHealthAsync(new HealthCheckContext(), _end.Token);
        List<string> fault = [];
        for (Exception? cause = status.Fault; cause is not null; cause = cause.InnerException)
        {
            fault.Add(cause.GetType().Name);
        }

        return new NodeEvent.Status(
            status.State, status.IsLeader, status.Leader.Value, status.Term, status.Revision, status.SnapshotIndex,
            fault, health.Status.ToString(), _load?.RefusedCallers ?? 0);
    }
}
