namespace EmbeddedConsensus.Raft;

/// <summary>Hands committed, durable entries to the state machine in pages, of which only a few are under
/// way.</summary>
internal sealed class ApplyPages(RaftState state, Outbox outbox)
{
    /// <summary>Pages handed out and not yet applied.</summary>
    private const int MaxPages = 8;

    /// <summary>The entries of a page that has to be read from disk, as their size is not known here.</summary>
    private const ulong MaxUnreadEntries = 4096;

    private readonly Queue<(ulong LastIndex, long Bytes)> _pages = new();
    private long _pageBytes;
    private ulong _lastProgress;

    /// <summary>The tick in which the state machine last applied something, or was given something to apply after it
    /// had nothing; null while it has nothing to apply.</summary>
    public ulong? LastProgress => _pages.Count > 0 ? _lastProgress : null;

    /// <summary>Records how far the state machine has applied; it may stop inside a page.</summary>
    /// <param name="index">The last applied index.</param>
    /// <exception cref="InvariantViolationException">The index was never handed out, or is below an earlier one.
    /// </exception>
    public void AppliedTo(ulong index)
    {
        state.Log.AppliedTo(index);
        _lastProgress = state.Now;
        while (_pages.TryPeek(out (ulong LastIndex, long Bytes) oldest) && oldest.LastIndex <= index)
        {
            _pages.Dequeue();
            _pageBytes -= oldest.Bytes;
        }
    }

    /// <summary>Hands out what is due.</summary>
    public void Collect()
    {
        while (_pages.Count < MaxPages && _pageBytes < 2 * state.Options.MaxApplyBytes)
        {
            if (state.Log.NextPage(state.Options.MaxApplyBytes, MaxUnreadEntries, out long bytes) is not { } page)
            {
                return;
            }

            if (_pages.Count == 0)
            {
                _lastProgress = state.Now;
            }

            _pages.Enqueue((page.LastIndex, bytes));
            _pageBytes += bytes;
            outbox.Gathering.Applies.Add(page);
        }
    }
}
