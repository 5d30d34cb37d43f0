using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Samples.LiveConfiguration;

/// <summary>Settings under one prefix, kept up to date: first all that are there, then every change.</summary>
/// <param name="store">The store.</param>
/// <param name="prefix">What the keys of the settings begin with.</param>
internal sealed class LiveSettings(IKeyValueStore store, string prefix)
{
    private Dictionary<string, string> _settings = [];

    /// <summary>The settings as of the last report of <see cref="FollowAsync"/>.</summary>
    public IReadOnlyDictionary<string, string> Current => _settings;

    /// <summary>Follows the settings and reports each revision at which <see cref="Current"/> is complete.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<long> FollowAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Dictionary<string, string> snapshot = [];
        await foreach (Observation step in store.ObserveAsync(
            KeyRange.Prefix(prefix), cancellationToken: cancellationToken))
        {
            switch (step.Kind)
            {
                case ObservationKind.Snapshot:
                    // Also after a compaction that this watch did not survive: what was removed meanwhile is gone.
                    snapshot = [];
                    break;
                case ObservationKind.Item:
                    snapshot[NameOf(step.Item!)] = step.Item!.Value.ToString();
                    break;
                case ObservationKind.Synced:
                    _settings = snapshot;
                    yield return step.Revision;
                    break;
                case ObservationKind.Change:
                    Take(step.Change!);
                    if (step.Change!.EndsRevision)
                    {
                        yield return step.Revision;
                    }

                    break;
                default:
                    // Progress: nothing has changed.
                    break;
            }
        }
    }

    private void Take(WatchEvent change)
    {
        if (change.Type == WatchEventType.Put)
        {
            _settings[NameOf(change.KeyValue)] = change.KeyValue.Value.ToString();
        }
        else
        {
            _settings.Remove(NameOf(change.KeyValue));
        }
    }

    private string NameOf(KeyValue item) => item.Key.ToString()[prefix.Length..];
}
