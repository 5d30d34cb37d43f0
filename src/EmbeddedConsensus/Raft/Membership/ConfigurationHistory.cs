namespace EmbeddedConsensus.Raft;

/// <summary>
/// The configurations that a node's log goes through. A server uses the latest one in its log, committed or not
/// (dissertation, section 4.1), so one whose entry is truncated falls back to the one before.
/// </summary>
internal sealed class ConfigurationHistory
{
    // In order of index. The first is what held where the log begins, the others are entries of the log.
    private readonly List<(ulong Index, ClusterConfiguration Configuration)> _known = [];

    /// <summary>A history that begins at a configuration.</summary>
    /// <param name="index">Up to where it is known to hold: the snapshot that it came with, or zero.</param>
    /// <param name="configuration">The configuration.</param>
    public ConfigurationHistory(ulong index, ClusterConfiguration configuration) =>
        _known.Add((index, configuration.Normalized()));

    /// <summary>The configuration in use.</summary>
    public ClusterConfiguration Latest => _known[^1].Configuration;

    /// <summary>The index of its entry, or of the snapshot that it came with; zero for one that is in no log.</summary>
    public ulong LatestIndex => _known[^1].Index;

    /// <summary>The configuration before the latest one, or null when there is none in the log.</summary>
    public ClusterConfiguration? BeforeLatest => _known.Count > 1 ? _known[^2].Configuration : null;

    /// <summary>Adds the configuration of a new entry.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="configuration">What it holds.</param>
    public void Append(ulong index, ClusterConfiguration configuration)
    {
        if (index <= LatestIndex)
        {
            throw new InvariantViolationException(
                $"The configuration of entry {index} would follow the one of entry {LatestIndex}.");
        }

        _known.Add((index, configuration.Normalized()));
    }

    /// <summary>Forgets the entries from an index on.</summary>
    /// <param name="index">The first entry that is truncated.</param>
    /// <returns>Whether the latest configuration is another one now.</returns>
    public bool TruncateFrom(ulong index)
    {
        int count = _known.Count;
        while (_known.Count > 1 && _known[^1].Index >= index)
        {
            _known.RemoveAt(_known.Count - 1);
        }

        return _known.Count != count;
    }

    /// <summary>Forgets what held only before an index.</summary>
    /// <param name="index">The last entry that is compacted.</param>
    public void CompactThrough(ulong index)
    {
        int obsolete = 0;
        while (obsolete + 1 < _known.Count && _known[obsolete + 1].Index <= index)
        {
            obsolete++;
        }

        _known.RemoveRange(0, obsolete);
    }

    /// <summary>Begins anew at a snapshot.</summary>
    /// <param name="index">The snapshot's index.</param>
    /// <param name="configuration">The configuration as of it.</param>
    public void Reset(ulong index, ClusterConfiguration configuration)
    {
        _known.Clear();
        _known.Add((index, configuration.Normalized()));
    }

    /// <summary>The configuration that held right behind an entry, with its index; null when the history begins later.
    /// </summary>
    /// <param name="index">The entry.</param>
    public (ulong Index, ClusterConfiguration Configuration)? At(ulong index)
    {
        for (int i = _known.Count - 1; i >= 0; i--)
        {
            if (_known[i].Index <= index)
            {
                return _known[i];
            }
        }

        return null;
    }
}
