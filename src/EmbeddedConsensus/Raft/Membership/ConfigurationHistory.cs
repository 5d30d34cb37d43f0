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

    /// <summary>The history at start: the configuration of the snapshot, or the bootstrap one, and those in the log.
    /// </summary>
    /// <param name="recovered">What the log storage recovered.</param>
    /// <param name="log">The log as it goes on from there.</param>
    /// <param name="snapshot">The newest snapshot, or null.</param>
    /// <param name="bootstrap">What holds before the first entry when there is no snapshot.</param>
    /// <exception cref="InvariantViolationException">A recovered configuration is no entry of the log.</exception>
    /// <exception cref="ClusterConfigurationFormatException">A configuration cannot be read.</exception>
    public static ConfigurationHistory Recover(
        RecoveredLog recovered, RaftLog log, SnapshotMetadata? snapshot, ClusterConfiguration bootstrap)
    {
        ConfigurationHistory history = new(snapshot?.Position.Index ?? 0, snapshot?.Configuration ?? bootstrap);
        if (log.WasReplacedBySnapshot)
        {
            return history;
        }

        foreach (LogEntry entry in recovered.ConfigurationEntries)
        {
            if (entry.Index <= history.LatestIndex)
            {
                // The snapshot holds it, or a later one.
                continue;
            }

            if (entry.Kind != LogEntryKind.Configuration || !log.Matches(entry.Position))
            {
                throw new InvariantViolationException(
                    $"The log storage recovered a configuration at index {entry.Index} in term {entry.Term}, and the "
                    + $"log has term {log.TermAt(entry.Index)} there.");
            }

            history.Append(entry.Index, ClusterConfigurationCodec.Decode(entry.Data.Span));
        }

        return history;
    }

    /// <summary>The configuration in use.</summary>
    public ClusterConfiguration Latest => _known[^1].Configuration;

    /// <summary>The index of its entry, or of the snapshot that it came with; zero for one that is in no log.</summary>
    public ulong LatestIndex => _known[^1].Index;

    /// <summary>Whether a member is the only voter in every configuration that may be in force: the one at the commit
    /// index and all after it.</summary>
    /// <param name="member">The member.</param>
    /// <param name="commit">The commit index.</param>
    public bool IsOnlyVoterSince(MemberId member, ulong commit)
    {
        for (int i = _known.Count - 1; i >= 0; i--)
        {
            (ulong index, ClusterConfiguration configuration) = _known[i];
            if (configuration.IsJoint || configuration.Voters is not [MemberId only] || only != member)
            {
                return false;
            }

            if (index <= commit)
            {
                return true;
            }
        }

        return false;
    }

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

    /// <summary>The configuration that held right after an entry, with its index; null when the history begins later.
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
