using System.Diagnostics.CodeAnalysis;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Storage;

/// <summary>
/// Where a replica keeps its log and its hard state, which is opaque to it. An implementation passes the conformance
/// suite <c>LogStorageConformance</c> of EmbeddedConsensus.Testing.
/// </summary>
/// <remarks>
/// <para>A replica calls <see cref="RecoverAsync"/> once and first. Afterwards one writer calls
/// <see cref="AppendAsync"/> and <see cref="DropPrefixAsync"/>, never two of them at a time, while other callers may
/// read beside it.</para>
/// <para>A failed append or drop leaves the storage faulted: every later call fails too, and nothing is retried
/// (design decision D12). The replica then stops voting and acknowledging; only a restart recovers.</para>
/// </remarks>
[Experimental("ECS0001")]
public interface ILogStorage : IAsyncDisposable
{
    /// <summary>Opens the log and reports what it holds, <see cref="StoredLog.ConfigurationEntries"/> included: of the
    /// entries that change the membership those alone that no later append or drop has taken out. A torn tail is
    /// repaired; where the storage cannot prove that it found the whole log, it reports that
    /// (<see cref="StoredLog.MayLackTail"/>).</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="StorageCorruptedException">A record that had been made durable is damaged.</exception>
    /// <exception cref="StorageInUseException">Another process has the storage open.</exception>
    /// <exception cref="StorageException">The storage cannot be opened.</exception>
    ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default);

    /// <summary>Appends writes, in order, with one flush; all of it is durable when the returned task
    /// completes.</summary>
    /// <param name="writes">At least one write. The memory is the storage's until the task completes.</param>
    /// <param name="cancellationToken">Abandons the wait, not the write: the storage counts as faulted after
    /// it.</param>
    /// <exception cref="StorageException">Nothing may be assumed about what reached the disk.</exception>
    ValueTask AppendAsync(ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default);

    /// <summary>Reads durable entries with consecutive indices.</summary>
    /// <param name="firstIndex">The first index wanted; after the start of the log.</param>
    /// <param name="lastIndex">The last index wanted; at most the last durable index.</param>
    /// <param name="maxBytes">Stop before the sum of <see cref="LogEntry.Size"/> exceeds this; at least one entry is
    /// returned.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not in the log; it may have just been
    /// dropped.</exception>
    /// <exception cref="StorageException">The entries cannot be read, or are damaged.</exception>
    ValueTask<ReadOnlyMemory<LogEntry>> ReadAsync(
        ulong firstIndex, ulong lastIndex, long maxBytes, CancellationToken cancellationToken = default);

    /// <summary>Drops the entries up to a position and frees their space. A crash may bring some of them
    /// back.</summary>
    /// <param name="through">The last entry to drop. If it is beyond the end of the log (a snapshot was installed) or
    /// the log has another term there, the whole log is dropped and continues after it (Raft paper, figure 13, rule 7).
    /// A position at or before the start of the log changes nothing.</param>
    /// <param name="cancellationToken">Abandons the wait.</param>
    /// <exception cref="StorageException">The drop could not be recorded.</exception>
    ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default);
}
