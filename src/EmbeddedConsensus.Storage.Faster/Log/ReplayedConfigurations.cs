using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage.Faster.Log;

/// <summary>The entries of a log that change the membership, collected during replay. It holds only those still in
/// force, so its memory is bounded by the part of the log that no snapshot has replaced.</summary>
internal sealed class ReplayedConfigurations
{
    private readonly List<LogEntry> _entries = [];

    /// <summary>The entries, in order of index.</summary>
    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>Takes an entry of any kind: it overrides those from its index on.</summary>
    /// <param name="item">The entry.</param>
    /// <param name="batch">The batch that holds its data.</param>
    public void Append(in BatchItem item, ReadOnlySpan<byte> batch)
    {
        while (_entries.Count > 0 && _entries[^1].Index >= item.Index)
        {
            _entries.RemoveAt(_entries.Count - 1);
        }

        if (item.Kind == LogEntryKind.Configuration)
        {
            byte[] data = batch.Slice(item.DataStart, item.DataLength).ToArray();
            _entries.Add(new LogEntry(item.Index, item.Term, item.Kind, data));
        }
    }

    /// <summary>Takes a checkpoint.</summary>
    /// <param name="start">The last dropped entry.</param>
    /// <param name="keepsRest">Whether the log keeps the entries after it.</param>
    public void Drop(ulong start, bool keepsRest) =>
        _entries.RemoveAll(entry => !keepsRest || entry.Index <= start);
}
