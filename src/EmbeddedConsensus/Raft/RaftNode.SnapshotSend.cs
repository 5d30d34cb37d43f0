namespace EmbeddedConsensus.Raft;

/// <summary>Sending snapshots to members that need entries which are compacted (Raft paper, section 7).</summary>
internal sealed partial class RaftNode
{
    /// <summary>Pieces on their way to a peer.</summary>
    private const int TransferWindow = 2;

    /// <summary>How many times in a row the log that a peer needs behind its snapshot is spared. The log is compacted
    /// when as much has been written as a snapshot is long, so what is spared is bounded by as many
    /// snapshots.</summary>
    private const int MaxSparedCompactions = 4;

    private int _sparedCompactions;
    private SnapshotMetadata? _newestSnapshot;
    private long _newestSnapshotLength;

    /// <summary>Reports that a snapshot of this node's own state was published. Transfers that are under way go on with
    /// the snapshot that they began with.</summary>
    /// <param name="metadata">The snapshot.</param>
    /// <param name="length">Its length, in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The snapshot is empty, or not of applied state.</exception>
    public void SnapshotTaken(SnapshotMetadata metadata, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(metadata.Position.Index, _log.Applied, nameof(metadata));
        if (ConfigurationAt(metadata.Position.Index) is { } configuration && configuration != metadata.Configuration)
        {
            throw new InvariantViolationException(
                $"The snapshot at index {metadata.Position.Index} carries another configuration than the one that was "
                + "in force there.");
        }

        KeepNewest(metadata, length);
    }

    /// <summary>Reports the bytes of a <see cref="SnapshotReadEffect"/>. A read that nobody waits for any more changes
    /// nothing.</summary>
    /// <param name="result">The bytes, or that the snapshot is gone.</param>
    /// <exception cref="ArgumentException">There are no bytes although the snapshot is there.</exception>
    public void SnapshotReadCompleted(in SnapshotReadResult result)
    {
        if (_role != RaftRole.Leader || FindTransfer(result.Id) is not ({ } peer, { } transfer))
        {
            return;
        }

        transfer.PendingRead = 0;
        if (result.IsGone)
        {
            // Only now is a newer snapshot worth starting over. The next heartbeat asks the peer.
            peer.BecomeSnapshot(TransferOfNewest());
            return;
        }

        transfer.TotalLength = result.TotalLength;
        if (transfer.Next >= result.TotalLength)
        {
            return;
        }

        if (result.Data.IsEmpty)
        {
            throw new ArgumentException("The read of a snapshot gave no bytes.", nameof(result));
        }

        SendChunk(peer, transfer, transfer.Next, result.Data);
        transfer.Next += result.Data.Length;
        ReadNextChunk(peer, transfer);
    }

    /// <summary>Spares what a peer needs next that is getting a snapshot, or got one and catches up behind it. Without
    /// this a snapshot that takes longer to send than the next one to be written is followed by another one, for ever.
    /// </summary>
    private ulong KeepForSlowPeers(ulong throughIndex)
    {
        ulong needed = throughIndex;
        if (_role == RaftRole.Leader)
        {
            foreach (Progress peer in _tracker.All)
            {
                bool isThere = peer.HeardTick > 0 && _now + 1 - peer.HeardTick <= (ulong)_options.ElectionTicks;
                if (isThere && peer.Match < peer.CatchUpTarget)
                {
                    needed = Math.Min(needed, Math.Max(peer.Match, peer.Transfer?.Metadata.Position.Index ?? 0));
                }
            }
        }

        if (needed < throughIndex && _sparedCompactions < MaxSparedCompactions)
        {
            _sparedCompactions++;
            return needed;
        }

        _sparedCompactions = 0;
        return throughIndex;
    }

    private void KeepNewest(SnapshotMetadata metadata, long length)
    {
        if (_newestSnapshot is null || metadata.Position.Index > _newestSnapshot.Position.Index)
        {
            _newestSnapshot = metadata;
            _newestSnapshotLength = length;
        }
    }

    private SnapshotTransfer TransferOfNewest()
    {
        if (_newestSnapshot is null || _newestSnapshot.Position.Index < _log.Start.Index)
        {
            throw new InvariantViolationException(
                $"The log starts behind {_log.Start.Index} and the newest snapshot ends at "
                + $"{_newestSnapshot?.Position.Index ?? 0}.");
        }

        return new SnapshotTransfer(_newestSnapshot, _newestSnapshotLength);
    }

    private void BeginTransfer(Progress peer)
    {
        // A member that is not there would get the snapshot when it has become an old one.
        if (peer.IsActive && peer.DepartingAs is null)
        {
            SnapshotTransfer transfer = TransferOfNewest();
            peer.BecomeSnapshot(transfer);
            peer.CatchUpTarget = _log.LastIndex;
            AskForOffset(peer, transfer);
        }
    }

    private void AskForOffset(Progress peer, SnapshotTransfer transfer) => SendChunk(peer, transfer, 0, default);

    private void SendChunk(Progress peer, SnapshotTransfer transfer, long offset, ReadOnlyMemory<byte> data) =>
        Send(To(peer.Id, RaftMessageType.SnapshotChunk) with
        {
            Chunk = new SnapshotChunk(
                transfer.Metadata, transfer.TotalLength, offset, data, Crc32C.Compute(data.Span)),
        });

    /// <summary>Asks again for the peer's offset when answers stay out. While this node's own read is under way, the
    /// peer has nothing to answer.</summary>
    private void TickTransfer(Progress peer)
    {
        if (peer.Transfer is not { PendingRead: 0 } transfer)
        {
            return;
        }

        transfer.SilentTicks += _options.HeartbeatTicks;
        transfer.IsAsking |= transfer.SilentTicks >= _options.ElectionTicks;
        if (transfer.IsAsking)
        {
            AskForOffset(peer, transfer);
        }
    }

    private void StepSnapshotChunkResponse(Progress peer, in RaftMessage message)
    {
        if (peer.Transfer is not { } transfer || message.Chunk is not { } chunk
            || chunk.Metadata.Position != transfer.Metadata.Position || chunk.Offset < 0)
        {
            return;
        }

        if (RefuseLostDisk(peer, message))
        {
            return;
        }

        transfer.SilentTicks = 0;
        if (transfer.IsAsking || message.Reject || chunk.Offset > transfer.Next)
        {
            transfer.ContinueAt(chunk.Offset);
        }
        else
        {
            transfer.Acknowledged = Math.Max(transfer.Acknowledged, chunk.Offset);
        }

        ReadNextChunk(peer, transfer);
    }

    private void ReadNextChunk(Progress peer, SnapshotTransfer transfer)
    {
        bool isAllSent = transfer.TotalLength > 0 && transfer.Next >= transfer.TotalLength;
        long window = (long)TransferWindow * _options.SnapshotChunkBytes;
        if (transfer.IsAsking || transfer.PendingRead != 0 || isAllSent
            || transfer.Next - transfer.Acknowledged >= window)
        {
            return;
        }

        transfer.PendingRead = ++_lastReadId;
        _gathering.SnapshotReads.Add(new SnapshotReadEffect(
            _lastReadId, peer.Id, transfer.Metadata.Position, transfer.Next, _options.SnapshotChunkBytes));
    }

    private (Progress? Peer, SnapshotTransfer? Transfer) FindTransfer(ulong readId)
    {
        foreach (Progress peer in _tracker.All)
        {
            if (peer.Transfer is { } transfer && transfer.PendingRead == readId && readId != 0)
            {
                return (peer, transfer);
            }
        }

        return default;
    }
}
