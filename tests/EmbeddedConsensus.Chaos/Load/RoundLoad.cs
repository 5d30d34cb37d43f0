using EmbeddedConsensus.Chaos.Nodes;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>The load of a process in a round: callers and watchers of its own store, all recorded.</summary>
internal sealed class RoundLoad : IAsyncDisposable
{
    // Callers are numbered from 1.
    private const int FirstWatcher = 800;
    private const int FirstReader = 900;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(100);

    private readonly IKeyValueStore _store;
    private readonly NodeSettings _settings;
    private readonly FileStream _file;
    private readonly HistoryRecorder _recorder;
    private readonly CancellationTokenSource _stopCallers = new();
    private readonly Caller[] _callers;
    private readonly Task _calling;
    private readonly Task _watching;

    private RoundLoad(IKeyValueStore store, NodeSettings settings, NodeRequest.StartLoad request)
    {
        _store = store;
        _settings = settings;
        long[] resume = WatchResume.Find(settings, request);

        // Each line is one write to the system, so it survives the process.
        _file = new FileStream(
            HistoryFile.Of(settings.HistoryFolder, request.Round, settings.Member, settings.Start),
            FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _recorder = new HistoryRecorder(_file);
        _callers = [.. Enumerable.Range(0, request.Callers).Select(number => new Caller(
            StoreOf(number + 1), ClientOf(number + 1), request.FirstRevision,
            SeedOf(settings, request.Round, number)))];
        IEnumerable<LeaderReader> readers = Enumerable.Range(0, LeaderReader.Count).Select(number =>
            new LeaderReader(StoreOf(FirstReader + number), SeedOf(settings, request.Round, FirstReader + number)));
        _calling = Task.WhenAll(
        [
            .. _callers.Select(caller => Task.Run(() => caller.RunAsync(_stopCallers.Token))),
            .. readers.Select(reader => Task.Run(() => reader.RunAsync(_stopCallers.Token))),
        ]);
        _watching = Task.WhenAll(Enumerable.Range(0, request.Watchers).Select(number => Task.Run(
            () => LoadWatcher.RunAsync(StoreOf(FirstWatcher + number), number, resume[number]))));
    }

    /// <summary>The number of callers that the store refused.</summary>
    public int RefusedCallers => _callers.Count(static caller => caller.IsRefused);

    /// <summary>Starts the load.</summary>
    /// <param name="store">The process's store.</param>
    /// <param name="settings">The process.</param>
    /// <param name="request">The load and the round.</param>
    public static RoundLoad Start(IKeyValueStore store, NodeSettings settings, NodeRequest.StartLoad request) =>
        new(store, settings, request);

    /// <summary>Lets every caller complete its current call.</summary>
    public async Task StopCallersAsync()
    {
        await _stopCallers.CancelAsync();
        await _calling;
    }

    /// <summary>Writes a key until a write succeeds. Each attempt times out on its own; the requester bounds the
    /// total.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The revision of the successful write.</returns>
    public async Task<long> WriteAsync(Key key)
    {
        RecordingStore store = StoreOf(0);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return (await store.PutAsync(key, $"{ClientOf(0)}:{key}:{attempt}")).Revision;
            }
            catch (Exception exception) when (
                exception is QuorumUnavailableException or OutcomeUnknownException or TooManyRequestsException)
            {
                await Task.Delay(RetryInterval);
            }
        }
    }

    /// <summary>Reads everything, linearizably.</summary>
    /// <returns>The store's revision.</returns>
    public async Task<long> ReadAllAsync()
    {
        while (true)
        {
            try
            {
                return (await StoreOf(0).RangeAsync(KeyRange.All)).Revision;
            }
            catch (QuorumUnavailableException)
            {
                await Task.Delay(RetryInterval);
            }
        }
    }

    /// <summary>Waits until every watcher has seen the end of the round.</summary>
    public Task EndWatchesAsync() => _watching;

    /// <summary>Ends callers and watchers. The store has stopped, or the round is over, so nothing waits.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopCallersAsync();
        await _watching;
        _stopCallers.Dispose();
        await _file.DisposeAsync();
    }

    // HashCode.Combine would differ in every process.
    private static int SeedOf(NodeSettings settings, int round, int number)
    {
        int seed = settings.Traits.Seed;
        foreach (int part in (ReadOnlySpan<int>)[round, (int)settings.Member, settings.Start, number])
        {
            seed = unchecked((seed * 486_187_739) + part);
        }

        return seed;
    }

    private int ClientOf(int number) => ((int)_settings.Member * 1_000_000) + (_settings.Start * 1000) + number;

    private RecordingStore StoreOf(int number) =>
        new(_store, _recorder, ClientOf(number), $"{_settings.Member}/{_settings.Start}");
}
