namespace EmbeddedConsensus.Tests.Membership;

/// <summary>Callers that write without a pause, each to its own key, while the membership changes. The version of a key
/// shows how often it was written: exactly as often as its writer's writes succeeded.</summary>
internal sealed class CountedWriters : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Key, Task<long> Writes)> _writers = [];

    public void Start(string key, IKeyValueStore store) => _writers.Add((key, Task.Run(() => WriteAsync(key, store))));

    /// <summary>Waits until every writer has written so much more.</summary>
    public async Task ProgressAsync(IKeyValueStore reader, long more = 20)
    {
        foreach ((string key, Task<long> writes) in _writers)
        {
            long target = await VersionAsync(reader, key) + more;
            while (await VersionAsync(reader, key) < target)
            {
                Assert.False(writes.IsFaulted, $"Writer {key} failed: {writes.Exception?.InnerException}");
            }
        }
    }

    /// <summary>Ends the writers, and compares what they were told with what was done.</summary>
    public async Task AssertExactlyOnceAsync(IKeyValueStore reader)
    {
        await _stop.CancelAsync();
        foreach ((string key, Task<long> writes) in _writers)
        {
            long told = await writes.WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(told, await VersionAsync(reader, key));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)Task.WhenAll(_writers.Select(writer => writer.Writes)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task<long> VersionAsync(IKeyValueStore reader, string key) =>
        (await reader.GetAsync(key))?.Version ?? 0;

    private async Task<long> WriteAsync(string key, IKeyValueStore store)
    {
        long writes = 0;
        while (!_stop.IsCancellationRequested)
        {
            await store.PutAsync(key, writes.ToString(System.Globalization.CultureInfo.InvariantCulture));
            writes++;
        }

        return writes;
    }
}
