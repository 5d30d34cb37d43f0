using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster;

/// <summary>
/// A durable log on FASTER's log (FasterLog). Get it from <see cref="FasterStorage.Open"/>.
/// </summary>
/// <remarks>
/// <para>One append is one record, or several if it is large, and one flush. Nothing on disk is ever rewound: an append
/// at an existing index is a later record, and later records win when the log is replayed at the next start.</para>
/// <para>FASTER lends its paged buffer and its flushing; how the log ends, and whether it is whole, is told by the
/// frame around our own records. See the remarks of the internal <c>LogReplay</c>.</para>
/// </remarks>
public sealed partial class FasterLogStorage : ILogStorage
{
    // How often a commit is looked at before it counts as one that never ends.
    private const int LooksPerTimeout = 4;

    // What a start needs on a full disk, and as much again for what the member writes until its log is freed.
    private const int ReserveForStarts = 2;

    private readonly FasterStorageOptions _options;
    private readonly StorageDirectory _directory;
    private readonly ISegmentFiles _files;
    private readonly LogIndex _index = new();
    private readonly Lock _indexGate = new();
    private readonly ITimer _timer;

    private LogEndFile? _endFile;
    private SpaceReserve? _reserve;
    private RecordWriter? _writer;
    private bool _mayLackTail;
    private ulong _incarnation;
    private long _firstSegment;
    private StorageException? _fault;
    private int _busy;
    private int _timerArmed;
    private long _commit;
    private long _lookedAt;
    private int _looks;
    private int _disposed;

    /// <summary>A log in a folder that is open.</summary>
    /// <param name="options">The options, checked.</param>
    /// <param name="directory">The folder.</param>
    /// <param name="files">The files of the log.</param>
    internal FasterLogStorage(FasterStorageOptions options, StorageDirectory directory, ISegmentFiles files)
    {
        _options = options;
        _directory = directory.Share();
        _files = files;
        _timer = TimeProvider.System.CreateTimer(
            static state => ((FasterLogStorage)state!).CheckTimeout(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Behind a disposal: completes when the folder is let go, later than the disposal if a write hangs in the
    /// disk.</summary>
    internal Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it is noted beside the log where the log ends. For tests.</summary>
    internal bool IsEndNoted => _endFile?.Mark.Sequence == _writer?.DurableSequence;

    /// <inheritdoc />
    public async ValueTask<StoredLog> RecoverAsync(CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            if (_writer is not null)
            {
                throw new InvalidOperationException("A log is recovered once. Open the storage again.");
            }

            return await Task.Run(() => Recover(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DiskErrors.Describe($"The log in {_directory.Path} cannot be opened", _directory.Path, exception);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc />
    public async ValueTask AppendAsync(
        ReadOnlyMemory<LogAppend> writes, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordWriter writer = EnterToWrite();
        try
        {
            LogAppend.Check(writes.Span, _index.Start.Index, _index.LastIndex);
            writer.BeginBatch();
            for (int i = 0; i < writes.Length; i++)
            {
                await AddAsync(writer, writes.Span[i], cancellationToken).ConfigureAwait(false);
            }

            writer.EndBatch();
            await CommitAsync(writer, cancellationToken).ConfigureAwait(false);
            writer.MarkDurable();
            NoteState(writes.Span, writer.DurableSequence);
            ApplyToIndex(writes.Span, writer.BatchAddress);
        }
        catch (Exception exception)
            when (exception is not (StorageException or ArgumentException or OperationCanceledException))
        {
            throw Escalate(exception);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc />
    public async ValueTask DropPrefixAsync(LogPosition through, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordWriter writer = EnterToWrite();
        try
        {
            if (through.Index <= _index.Start.Index)
            {
                return;
            }

            LogCheckpoint checkpoint = _index.PlanDrop(
                through, writer.NextAddress(LogCheckpoint.Measure(_index.HardState.Length)));
            writer.Add(checkpoint);
            await CommitAsync(writer, cancellationToken).ConfigureAwait(false);
            writer.MarkDurable();
            lock (_indexGate)
            {
                _index.Apply(checkpoint);
            }

            await DeleteSegmentsAsync(checkpoint.NeededAddress).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (StorageException or OperationCanceledException))
        {
            throw Escalate(exception);
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        Close(remember: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends as the end of the process would: nothing is written any more. For tests.</summary>
    internal void Abandon() => Close(remember: false);

    private StoredLog Recover(CancellationToken cancellationToken)
    {
        LogEndFile endFile = LogEndFile.Open(_directory);
        _endFile = endFile;
        LogEndMark mark = endFile.Mark;
        ReplayEnd end;
        IReadOnlyList<LogEntry> configurations;
        using (var replay = new LogReplay(_directory, _files, mark, _index))
        {
            replay.Read(cancellationToken);
            _mayLackTail = mark.MayLackTail || replay.MayLackTail;

            // Before the repair, which makes the log look as if nothing was missing.
            endFile.Write(mark with { IsClean = mark.IsClean && !_mayLackTail, MayLackTail = _mayLackTail });
            end = replay.Repair();
            configurations = replay.ConfigurationEntries;
        }

        var space = new SegmentSpace(
            _files, _directory.Geometry, new UnwrittenPattern(_directory.Id), _options.PreallocationBytes);
        _reserve = new SpaceReserve(_directory, ReserveForStarts * space.MaxOpenBytes);
        OpenSpace(space, end);

        // From here on what was read counts as durable, and no record of this incarnation was ever written.
        _incarnation = StoredLog.NextIncarnation(
            Math.Max(mark.Incarnation, end.Incarnation), TimeProvider.System.GetUtcNow());
        NoteEnd(end.Sequence);
        _firstSegment = _directory.Geometry.Segment(end.Begin);
        _writer = new RecordWriter(
            _directory, _files, space, _options.MemoryBytes, _incarnation, end, NoteEnd,
            exception => Fault(exception));
        if (_disposed != 0)
        {
            // Disposed while it was being opened, when there was no writer to dispose yet.
            _writer.Dispose();
            throw new ObjectDisposedException(nameof(FasterLogStorage));
        }

        return new StoredLog(_index.HardState.ToArray(), _index.Start, _index.LastIndex, [.. _index.Terms])
        {
            Incarnation = _incarnation,
            ConfigurationEntries = configurations,
            MayLackTail = _mayLackTail,
        };
    }

    /// <summary>Fills the space ahead of the tail, on a full disk that of the reserve.</summary>
    private void OpenSpace(SegmentSpace space, in ReplayEnd end)
    {
        try
        {
            space.Open(end.DataEnd, end.Tail);
        }
        catch (IOException exception) when (DiskErrors.IsOutOfSpace(exception) && _reserve!.TryRelease())
        {
            space.Open(end.DataEnd, end.Tail);
            return;
        }

        _reserve!.Keep();
    }

    /// <summary>Notes that the log is durable up to a record.</summary>
    private void NoteEnd(ulong sequence) =>
        _endFile!.Write(new LogEndMark(_incarnation, sequence, IsClean: false, Volatile.Read(ref _mayLackTail)));

    /// <summary>What a vote needs before it counts, and the end of the doubt that a start had: from its first hard
    /// state on, consensus remembers that.</summary>
    private void NoteState(ReadOnlySpan<LogAppend> writes, ulong sequence)
    {
        bool hasState = false;
        bool hasVote = false;
        foreach (ref readonly LogAppend write in writes)
        {
            hasState |= !write.HardState.IsEmpty;
            hasVote |= write.HasVote;
        }

        bool endsDoubt = hasState && _mayLackTail;
        if (endsDoubt)
        {
            Volatile.Write(ref _mayLackTail, false);
        }

        if (hasVote || endsDoubt)
        {
            NoteEnd(sequence);
        }
    }

    private async ValueTask AddAsync(RecordWriter writer, LogAppend write, CancellationToken cancellationToken)
    {
        // The hard state goes first, so that no entry is ever on disk without the term that it was accepted in.
        if (!write.HardState.IsEmpty)
        {
            writer.Add(write.HardState.Span);
        }

        for (int i = 0; i < write.Entries.Length; i++)
        {
            LogEntry entry = write.Entries.Span[i];
            writer.Add(entry);
            int done = writer.AddData(entry.Data.Span);
            while (done < entry.Data.Length)
            {
                await CommitAsync(writer, cancellationToken).ConfigureAwait(false);
                done += writer.AddData(entry.Data.Span[done..]);
            }
        }
    }

    private void ApplyToIndex(ReadOnlySpan<LogAppend> writes, long batchAddress)
    {
        lock (_indexGate)
        {
            foreach (LogAppend write in writes)
            {
                foreach (LogEntry entry in write.Entries.Span)
                {
                    if (!_index.TryAppend(entry.Index, entry.Term, batchAddress))
                    {
                        throw new InvariantViolationException(
                            $"Entry {entry.Index} was appended to a log that ends at {_index.LastIndex}.");
                    }
                }

                if (!write.HardState.IsEmpty)
                {
                    _index.SetHardState(write.HardState.Span);
                }
            }
        }
    }

    /// <summary>Deletes the files before the oldest record that is needed. FASTER would do so as well, but in the
    /// background and without saying when.</summary>
    private async ValueTask DeleteSegmentsAsync(long neededAddress)
    {
        int needed = _directory.Geometry.Segment(neededAddress);
        if (_firstSegment >= needed)
        {
            return;
        }

        await Task.Run(() =>
        {
            for (; _firstSegment < needed; _firstSegment++)
            {
                _files.Delete((int)_firstSegment);
            }

            _files.FlushNames();
            _reserve!.Keep();
        }).ConfigureAwait(false);
    }
}
