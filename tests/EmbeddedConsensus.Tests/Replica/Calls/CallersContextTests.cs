using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Storage;
using Microsoft.Extensions.Logging;

namespace EmbeddedConsensus.Tests.Replica;

/// <summary>App code that runs where a replica completes a call: it may fail, and harms no other caller.</summary>
public sealed class CallersContextTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_caller_whose_context_refuses_its_completion_delays_no_other()
    {
        LogOnDemand log = new();
        await using ReplicaHost host = await StartAsync(log, new ThrowingLogger());
        KeyValueStore store = new(host, new ConsensusStoreOptions());
        await store.WaitForReadyAsync();
        RefusingContext context = new();
        log.Hold();
        Task refused = PutUnder(context, store);
        Task<PutResult> other = store.PutAsync("other", "1").AsTask();

        log.Release(isFailing: false);

        Assert.True((await other.WaitAsync(Deadline)).Revision > 0);
        Assert.Equal(1, context.Posts);
        Assert.False(refused.IsCompleted);
        Assert.Equal("v", (await store.GetAsync("refused"))?.Value.ToString());
        Assert.Equal(StoreState.Running, store.Status.State);
    }

    [Fact]
    [Trait("Scenario", "38")]
    public async Task A_fault_reaches_every_call_and_the_status_though_a_context_and_the_logger_fail()
    {
        LogOnDemand log = new();
        ThrowingLogger logger = new();
        await using ReplicaHost host = await StartAsync(log, logger);
        KeyValueStore store = new(host, new ConsensusStoreOptions());
        await store.WaitForReadyAsync();
        RefusingContext context = new();
        log.Hold();
        _ = PutUnder(context, store);
        Task<PutResult> other = store.PutAsync("other", "1").AsTask();

        log.Release(isFailing: true);

        await Assert.ThrowsAnyAsync<ConsensusStoreException>(() => other.WaitAsync(Deadline));

        // A caller that sees the end of a call finds its reason in the status.
        Assert.Equal(StoreState.Faulted, store.Status.State);
        Assert.Equal(1, context.Posts);
        Assert.True(logger.HasThrown);
        await Assert.ThrowsAsync<ReplicaFaultedException>(async () => await store.PutAsync("k", "v"));
    }

    private static async Task<ReplicaHost> StartAsync(LogOnDemand log, ILogger logger)
    {
        ReplicaHost host = new(
            new ConsensusStoreOptions(),
            new ReplicaStorage(log, new InMemorySnapshotStorage(log.Disk)),
            createTransport: null,
            TimeProvider.System,
            logger);
        await host.StartAsync(CancellationToken.None);
        return host;
    }

    private static Task PutUnder(SynchronizationContext context, KeyValueStore store)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            return PutAsync(store);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        static async Task PutAsync(KeyValueStore store) => await store.PutAsync("refused", "v");
    }

    private sealed class RefusingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            throw new InvalidOperationException("The window was closed.");
        }
    }

    private sealed class ThrowingLogger : ILogger
    {
        private volatile bool _hasThrown;

        public bool HasThrown => _hasThrown;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Critical)
            {
                _hasThrown = true;
                throw new InvalidOperationException("The log cannot be written.");
            }
        }
    }

    private sealed class LogOnDemand(InMemoryDisk disk) : DelegatingLogStorage(new InMemoryLogStorage(disk))
    {
        private readonly TaskCompletionSource<bool> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isHeld;

        public LogOnDemand()
            : this(new InMemoryDisk())
        {
        }

        public InMemoryDisk Disk => disk;

        /// <summary>No append completes from now on.</summary>
        public void Hold() => _isHeld = true;

        public void Release(bool isFailing) => _released.SetResult(isFailing);

        public override async ValueTask AppendAsync(
            ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
        {
            if (_isHeld && await _released.Task)
            {
                throw new StorageException("The disk is full.");
            }

            await base.AppendAsync(writes, cancellationToken);
        }
    }
}
