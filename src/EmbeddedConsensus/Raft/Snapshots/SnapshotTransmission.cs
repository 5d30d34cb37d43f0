namespace EmbeddedConsensus.Raft;

/// <summary>Sending snapshots to members that need entries that are compacted (Raft paper, section 7).</summary>
internal sealed class SnapshotTransmission(
    RaftState state, Outbox outbox, NewestSnapshot newest, MembershipNotices notices)
{
    /// <summary>The pieces on their way to one peer.</summary>
    private const int Window = 2;

    /// <summary>Whether a peer is being sent a snapshot.</summary>
    public bool IsUnderWay
    {
        get
        {
            if (!state.IsLeader)
            {
                return false;
            }

            foreach (Progress peer in state.Tracker.All)
            {
                if (peer.Transfer is not null)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Begins to send the newest snapshot, if the peer is there.</summary>
    /// <param name="peer">The peer.</param>
    public void Begin(Progress peer)
    {
        // A member that is away would get the snapshot when it has become an old one.
        if (peer.IsActive && peer.Departure is null)
        {
            SnapshotTransfer transfer = newest.Transfer(state.Log.Start.Index);
            peer.BecomeSnapshot(transfer);
            peer.CatchUpTarget = state.Log.LastIndex;
            AskForOffset(peer, transfer);
        }
    }

    /// <summary>Lets the time between two heartbeats pass, and asks again for the peer's offset when answers stay out.
    /// While this node's own read is under way, the peer has nothing to answer.</summary>
    /// <param name="peer">The peer.</param>
    public void Tick(Progress peer)
    {
        if (peer.Transfer is not { PendingRead: 0 } transfer)
        {
            return;
        }

        transfer.SilentTicks += state.Options.HeartbeatTicks;
        transfer.IsAsking |= transfer.SilentTicks >= state.Options.ElectionTicks;
        if (transfer.IsAsking)
        {
            AskForOffset(peer, transfer);
        }
    }

    /// <summary>Handles a peer's report of how far it is.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="message">A <see cref="RaftMessageType.SnapshotChunkResponse"/> of the current term.</param>
    public void StepResponse(Progress peer, in RaftMessage message)
    {
        if (peer.Transfer is not { } transfer || message.Chunk is not { } chunk
            || chunk.Snapshot.Position != transfer.Snapshot.Position || chunk.Offset < 0)
        {
            return;
        }

        if (notices.RefuseLostDisk(peer, message))
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

        ReadNext(peer, transfer);
    }

    /// <summary>Sends a piece that was read.</summary>
    /// <param name="result">The bytes, or that the snapshot is gone. A read that no peer waits for any more changes
    /// nothing.</param>
    /// <exception cref="ArgumentException">There are no bytes although the snapshot is there.</exception>
    public void ReadCompleted(in SnapshotReadResult result)
    {
        if (!state.IsLeader || Find(result.Id) is not ({ } peer, { } transfer))
        {
            return;
        }

        transfer.PendingRead = 0;
        if (result.IsGone)
        {
            // Only now is a newer snapshot worth starting over. The next heartbeat asks the peer.
            peer.BecomeSnapshot(newest.Transfer(state.Log.Start.Index));
            return;
        }

        transfer.TotalLength = result.TotalLength;
        if (transfer.Next >= result.TotalLength)
        {
            return;
        }

        if (result.Data.IsEmpty)
        {
            throw new ArgumentException("The read of a snapshot returned no bytes.", nameof(result));
        }

        Send(peer, transfer, transfer.Next, result.Data);
        transfer.Next += result.Data.Length;
        ReadNext(peer, transfer);
    }

    private void AskForOffset(Progress peer, SnapshotTransfer transfer) => Send(peer, transfer, 0, default);

    private void Send(Progress peer, SnapshotTransfer transfer, long offset, ReadOnlyMemory<byte> data) =>
        outbox.Send(state.MessageTo(peer.Id, RaftMessageType.SnapshotChunk) with
        {
            Chunk = new SnapshotChunk(
                transfer.Snapshot, transfer.TotalLength, offset, data, Crc32C.Compute(data.Span)),
        });

    private void ReadNext(Progress peer, SnapshotTransfer transfer)
    {
        bool isAllSent = transfer.TotalLength > 0 && transfer.Next >= transfer.TotalLength;
        long window = (long)Window * state.Options.SnapshotChunkBytes;
        if (transfer.IsAsking || transfer.PendingRead != 0 || isAllSent
            || transfer.Next - transfer.Acknowledged >= window)
        {
            return;
        }

        transfer.PendingRead = outbox.NextReadId();
        outbox.Gathering.SnapshotReads.Add(new SnapshotReadEffect(
            transfer.PendingRead, peer.Id, transfer.Snapshot.Position, transfer.Next,
            state.Options.SnapshotChunkBytes));
    }

    private (Progress? Peer, SnapshotTransfer? Transfer) Find(ulong readId)
    {
        foreach (Progress peer in state.Tracker.All)
        {
            if (peer.Transfer is { } transfer && transfer.PendingRead == readId && readId != 0)
            {
                return (peer, transfer);
            }
        }

        return default;
    }
}
