using EmbeddedConsensus.Storage.Faster.Files;
using EmbeddedConsensus.Storage.Faster.Log;

namespace EmbeddedConsensus.Storage.Faster;

/// <content>Commits with a time limit, and what happens when the disk fails (design decision D12).</content>
public sealed partial class FasterLogStorage
{
    private async ValueTask CommitAsync(RecordWriter writer, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _commit, _commit + 1);
        ValueTask committed = writer.CommitAsync();

        // After the start: a timer that is already running then finds a commit in progress, and continues.
        ArmTimer();
        if (_fault is { } fault)
        {
            // It came between the check on entry and the beginning of the wait.
            writer.Fail(fault);
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((FasterLogStorage)state!).Fault(
                new StorageException("An append was abandoned; what of it reached the disk is unknown. Restart."),
                new OperationCanceledException(token)),
            this);
        await committed.ConfigureAwait(false);
    }

    /// <summary>FASTER may lose a request whose device throws; and a disk may hang for good.</summary>
    private void CheckTimeout()
    {
        Volatile.Write(ref _timerArmed, 0);
        if (_writer is not { IsCommitting: true })
        {
            return;
        }

        // Looks are counted, and not time: a process that was paused has not given the disk a chance.
        long commit = Volatile.Read(ref _commit);
        _looks = commit == _lookedAt ? _looks + 1 : 1;
        _lookedAt = commit;
        if (_looks <= LooksPerTimeout)
        {
            ArmTimer();
            return;
        }

        Fault(new StorageException(
            $"The log in {_directory.Path} was not flushed within {_options.CommitTimeout}. Check the disk, then "
            + "restart; if it is merely slow, raise "
            + $"{nameof(FasterStorageOptions)}.{nameof(FasterStorageOptions.CommitTimeout)}."));
    }

    /// <summary>Lets the timer run once, if it does not run already: setting it anew for each commit would cost more.
    /// </summary>
    private void ArmTimer()
    {
        if (Interlocked.Exchange(ref _timerArmed, 1) == 0)
        {
            _timer.Change(_options.CommitTimeout / LooksPerTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends the use of the storage; only the first reason is kept.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="told">What an append under way fails with, if not with the reason.</param>
    private StorageException Fault(StorageException reason, Exception? told = null)
    {
        StorageException first = Interlocked.CompareExchange(ref _fault, reason, null) ?? reason;
        _writer?.Fail(told ?? first);
        return first;
    }

    private StorageException Escalate(Exception exception) => Fault(
        DiskErrors.Describe($"Writing the log in {_directory.Path} failed", _directory.Path, exception));

    private RecordWriter EnterToWrite()
    {
        Enter();
        try
        {
            ThrowIfFaulted();
            return _writer ?? throw new InvalidOperationException("Call RecoverAsync first.");
        }
        catch
        {
            Leave();
            throw;
        }
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException(
                "Recovering, appending and dropping are for one caller at a time. Await the call before.");
        }
    }

    private void Leave() => Volatile.Write(ref _busy, 0);

    private void ThrowIfFaulted()
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            throw new StorageException(
                $"The log in {_directory.Path} failed earlier and takes no more calls: {fault.Message}", fault)
            {
                Cause = fault.Cause,
                Path = fault.Path,
            };
        }
    }

    private void Close(bool remember)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _timer.Dispose();
        if (_writer is not { } writer)
        {
            LetGo();
            return;
        }

        bool isClean = remember && _fault is null && !writer.IsCommitting;
        Fault(new StorageException($"The log in {_directory.Path} was closed."));
        if (writer.TryStop())
        {
            Finish(writer, isClean);
        }
        else
        {
            // A write that is stuck may still reach the disk: the directory stays locked until it has.
            Closed = FinishLaterAsync(writer);
        }
    }

    private async Task FinishLaterAsync(RecordWriter writer)
    {
        await writer.Ended.ConfigureAwait(false);
        Finish(writer, isClean: false);
    }

    private void Finish(RecordWriter writer, bool isClean)
    {
        try
        {
            writer.Dispose();
            if (isClean)
            {
                // A log that ends before this point at the next start has lost its tail.
                _endFile!.Write(new LogEndMark(
                    _incarnation, writer.DurableSequence, IsClean: true, Volatile.Read(ref _mayLackTail)));
            }
        }
        catch (IOException exception)
        {
            throw DiskErrors.Describe($"The log in {_directory.Path} could not be closed", _directory.Path, exception);
        }
        finally
        {
            LetGo();
        }
    }

    private void LetGo()
    {
        _files.Dispose();
        _endFile?.Dispose();
        _directory.Release();
    }
}
