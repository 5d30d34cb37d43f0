using System.Collections.Immutable;
using System.Text;

namespace EmbeddedConsensus.Samples.TestingYourApp;

/// <summary>The settings of the app, cached in every process and kept up to date.</summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock. In production <see cref="TimeProvider.System"/>, in a test the cluster's.</param>
public sealed class Settings(IKeyValueStore store, TimeProvider time)
{
    private const string Prefix = "settings/";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private ImmutableDictionary<string, string> _values = ImmutableDictionary<string, string>.Empty;

    /// <summary>The last known value of a setting, or null.</summary>
    /// <param name="name">The name of the setting.</param>
    public string? this[string name] => Volatile.Read(ref _values).GetValueOrDefault(name);

    /// <summary>Changes a setting, for all processes.</summary>
    /// <param name="name">The name of the setting.</param>
    /// <param name="value">The new value.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SetAsync(string name, string value, CancellationToken cancellationToken = default) =>
        await store.PutAsync(Prefix + name, value, cancellationToken: cancellationToken);

    /// <summary>Follows the settings: reads all of them once, and then every change. If changes were compacted before
    /// they were seen, because this process was cut off for long, it starts over.</summary>
    /// <param name="stop">Stops it.</param>
    public async Task FollowAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                RangeResult all = await store.RangeAsync(KeyRange.Prefix(Prefix), cancellationToken: stop);
                Volatile.Write(
                    ref _values, all.Items.ToImmutableDictionary(NameOf, static item => item.Value.ToString()));
                WatchOptions behind = new() { StartRevision = all.Revision + 1 };
                await foreach (WatchEvent change in store.WatchAsync(KeyRange.Prefix(Prefix), behind, stop))
                {
                    string name = NameOf(change.KeyValue);
                    Volatile.Write(ref _values, change.Type == WatchEventType.Put
                        ? _values.SetItem(name, change.KeyValue.Value.ToString())
                        : _values.Remove(name));
                }
            }
            catch (Exception exception) when (exception is CompactedException or QuorumUnavailableException)
            {
                await Task.Delay(RetryDelay, time, stop);
            }
        }
    }

    private static string NameOf(KeyValue item) => Encoding.UTF8.GetString(item.Key.Span[Prefix.Length..]);
}
