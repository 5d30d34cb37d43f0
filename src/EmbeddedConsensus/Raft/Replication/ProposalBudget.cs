namespace EmbeddedConsensus.Raft;

/// <summary>Bounds the bytes of proposals that a leader has accepted and not yet applied: without a quorum the log
/// would grow without bound.</summary>
internal sealed class ProposalBudget(long maxBytes)
{
    private readonly Queue<(ulong LastIndex, long Bytes)> _unapplied = new();
    private long _unappliedBytes;

    /// <summary>Whether proposals may be accepted. One that is too large by itself is accepted alone: refusing it would
    /// refuse it forever.</summary>
    /// <param name="bytes">Their size.</param>
    public bool Admits(long bytes) => _unappliedBytes == 0 || _unappliedBytes + bytes <= maxBytes;

    /// <summary>Records proposals that were appended.</summary>
    /// <param name="lastIndex">The index of the last one.</param>
    /// <param name="bytes">Their size.</param>
    public void Add(ulong lastIndex, long bytes)
    {
        _unapplied.Enqueue((lastIndex, bytes));
        _unappliedBytes += bytes;
    }

    /// <summary>Frees what was applied.</summary>
    /// <param name="appliedIndex">The last applied index.</param>
    public void Release(ulong appliedIndex)
    {
        while (_unapplied.TryPeek(out (ulong LastIndex, long Bytes) oldest) && oldest.LastIndex <= appliedIndex)
        {
            _unapplied.Dequeue();
            _unappliedBytes -= oldest.Bytes;
        }
    }

    /// <summary>Forgets everything: leadership begins or ends.</summary>
    public void Clear()
    {
        _unapplied.Clear();
        _unappliedBytes = 0;
    }
}
