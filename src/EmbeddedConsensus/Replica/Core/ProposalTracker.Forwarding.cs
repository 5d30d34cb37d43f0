using System.Runtime.InteropServices;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// What a replica that does not lead has on the way to the leader: a small window of batches (design decision D3). A
/// batch makes room when it is applied. A larger window would be a queue that nobody sees: the transport's, which drops
/// what does not fit and has this replica's acknowledgements behind it, or the leader's, which refuses.
/// </summary>
internal sealed partial class ProposalTracker
{
    // In the order of sending.
    private readonly List<ForwardedBatch> _forwarded = [];
    private long _forwardedBytes;

    // Nothing is sent before, while a batch is to be sent again.
    private ulong _resumeTick;
    private int _retries;

    // The leader has taken less than it was given, and nothing was applied since.
    private bool _isRefused;

    /// <summary>The leader had no room for a batch. It is sent again after a pause, and until something was applied
    /// nothing else is sent: what the leader never saw cannot be executed, and its callers may know that.</summary>
    /// <param name="batch">The <see cref="RaftMessage.Context"/> of the message.</param>
    /// <param name="now">The tick.</param>
    public void BatchRefused(ulong batch, ulong now) => _isRefused |= TryLose(batch, now);

    /// <summary>The transport dropped a batch at once. It is sent again after a pause.</summary>
    /// <param name="batch">The <see cref="RaftMessage.Context"/> of the message.</param>
    /// <param name="now">The tick.</param>
    public void BatchDropped(ulong batch, ulong now) => TryLose(batch, now);

    /// <summary>Whether what was sent to the leader has shown no progress for too long.</summary>
    public bool IsOverdue(ulong now)
    {
        Advance(now);
        return _forwarded.Count > 0 && FindLost() < 0 && now - _lastProgressTick >= options.RetryTicks << _retries;
    }

    /// <summary>Takes everything on the way for lost, to be sent again at once. Each time the wait for the next attempt
    /// doubles, so that repetitions do not become the load that holds everything up.</summary>
    public void Retry(ulong now)
    {
        foreach (ref ForwardedBatch batch in CollectionsMarshal.AsSpan(_forwarded))
        {
            batch.IsLost = true;
        }

        _resumeTick = now;
        _lastProgressTick = now;
        _retries = Math.Min(_retries + 1, MaxRetryDoublings);
    }

    /// <summary>Whether a batch of a size, which may still grow, can be on the way too. One always can.</summary>
    private bool HasRoomFor(long bytes) => _forwarded.Count == 0
        || (_forwarded.Count < options.MaxForwardedBatches && _forwardedBytes + bytes <= options.MaxForwardedBytes);

    private void NoteForwarded(ulong first, ulong end, long bytes, ulong now)
    {
        if (_forwarded.Count == 0)
        {
            _lastProgressTick = now;
        }

        _forwarded.Add(new ForwardedBatch(first, end, bytes));
        _forwardedBytes += bytes;
    }

    private void ForgetForwarded()
    {
        _forwarded.Clear();
        _forwardedBytes = 0;
        _isRefused = false;
        _retries = 0;
    }

    /// <summary>Sends again what is lost, when it is time.</summary>
    /// <returns>Whether anything else may be sent.</returns>
    private bool SendLostAgain(RaftNode node, ulong now)
    {
        for (int lost = FindLost(); lost >= 0; lost = FindLost())
        {
            if (now < _resumeTick)
            {
                return false;
            }

            ForwardedBatch batch = _forwarded[lost];
            _batch.Clear();
            for (ulong sequence = batch.Lowest; sequence < batch.End; sequence++)
            {
                if (Peek(sequence) is { } proposal)
                {
                    _batch.Add(proposal.Sealed);
                }
            }

            if (_batch.Count == 0)
            {
                // Applied just now.
                Release(lost);
                continue;
            }

            if (node.Propose(Batch, batch.First) != ProposeResult.Forwarded)
            {
                return false;
            }

            _forwarded.RemoveAt(lost);
            _forwarded.Add(batch with { IsLost = false });
            if (_isRefused)
            {
                // One at a time asks the leader whether it has room again.
                _resumeTick = now + options.PauseTicks;
                return false;
            }
        }

        // A leader of this replica's own is asked each time.
        return !_isRefused || _forwarded.Count == 0;
    }

    /// <summary>Lets go of the batches that are applied.</summary>
    /// <returns>Whether anything of what is on the way was applied.</returns>
    private bool ReleaseForwarded(ulong now)
    {
        bool isProgress = false;
        bool isLaterApplied = false;
        for (int i = _forwarded.Count - 1; i >= 0; i--)
        {
            ref ForwardedBatch batch = ref CollectionsMarshal.AsSpan(_forwarded)[i];
            ulong before = batch.Lowest;
            while (batch.Lowest < batch.End && Peek(batch.Lowest) is null)
            {
                batch.Lowest++;
            }

            isProgress |= batch.Lowest != before;
            if (batch.Lowest == batch.End)
            {
                isLaterApplied = true;
                Release(i);
            }
            else if (isLaterApplied && !batch.IsLost)
            {
                // Batches seldom overtake each other. Where one did, sending it again costs little: it runs once.
                batch.IsLost = true;
                _resumeTick = now + options.PauseTicks;
            }
        }

        return isProgress;
    }

    private void Release(int index)
    {
        _forwardedBytes -= _forwarded[index].Bytes;
        _forwarded.RemoveAt(index);
    }

    private bool TryLose(ulong first, ulong now)
    {
        foreach (ref ForwardedBatch batch in CollectionsMarshal.AsSpan(_forwarded))
        {
            if (batch.First == first && !batch.IsLost)
            {
                batch.IsLost = true;
                _resumeTick = now + options.PauseTicks;
                return true;
            }
        }

        return false;
    }

    private int FindLost() => _forwarded.FindIndex(static batch => batch.IsLost);
}
