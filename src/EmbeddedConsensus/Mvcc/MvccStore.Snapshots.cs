namespace EmbeddedConsensus.Mvcc;

/// <summary>Snapshots for any thread, and the end of the store.</summary>
internal sealed partial class MvccStore
{
    private const int PooledPins = 64;
    private readonly ViewPin?[] _pinPool = new ViewPin?[PooledPins];
    private int _memoryReleased;

    /// <summary>Pins the last published state: a few interlocked operations, no allocation when pins are pooled. Any
    /// number may be open; each holds up the reuse of what changed after it.</summary>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public PinnedView OpenSnapshot()
    {
        int stripe = MvccRoot.StripeOfThread;
        MvccRoot? root = _epochs.Pin(stripe);
        if (root is null)
        {
            // A pin that was taken and given back on the closed root may have kept it from being released.
            ReleaseMemoryIfUnused();
            throw new ObjectDisposedException(nameof(MvccStore));
        }
        ViewPin pin = TakePin();
        pin.Hold(root, stripe);
        return new PinnedView(pin);
    }

    /// <summary>Ends the store; for the writer's thread. Open snapshots stay usable; the memory goes back with the
    /// last of them.</summary>
    public void Dispose()
    {
        _epochs.Close();
        ReleaseMemoryIfUnused();
    }

    /// <summary>Takes a snapshot's pin off its root.</summary>
    internal void ReleasePin(ViewPin pin, MvccRoot root, int stripe)
    {
        root.Unpin(stripe);
        ReturnPin(pin);
        if (_epochs.IsClosed)
        {
            ReleaseMemoryIfUnused();
        }
    }

    private ViewPin TakePin()
    {
        int start = Environment.CurrentManagedThreadId;
        for (int i = 0; i < PooledPins; i++)
        {
            ref ViewPin? slot = ref _pinPool[(start + i) & (PooledPins - 1)];
            if (slot is not null && Interlocked.Exchange(ref slot, null) is { } pin)
            {
                return pin;
            }
        }
        return new ViewPin(this);
    }

    private void ReturnPin(ViewPin pin)
    {
        int start = Environment.CurrentManagedThreadId;
        for (int i = 0; i < PooledPins; i++)
        {
            ref ViewPin? slot = ref _pinPool[(start + i) & (PooledPins - 1)];
            if (slot is null && Interlocked.CompareExchange(ref slot, pin, null) is null)
            {
                return;
            }
        }
    }

    private void ReleaseMemoryIfUnused()
    {
        if (!_epochs.IsClosed || _epochs.PinnedReaders != 0 || Interlocked.Exchange(ref _memoryReleased, 1) != 0)
        {
            return;
        }
        while (_retired.Head < _retired.Tail)
        {
            FreeOldestRetired();
        }
        _retired.Release();
        _index.Release();
        _tree.Release();
        _records.Release();
        _pages.Release();
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(!_epochs.IsOpen, this);
}
