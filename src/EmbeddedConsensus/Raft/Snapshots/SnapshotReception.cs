namespace EmbeddedConsensus.Raft;

/// <summary>Receiving a snapshot (Raft paper, section 7): written piece by piece, published, then installed in place of
/// log and state. One at a time.</summary>
internal sealed class SnapshotReception(
    RaftState state,
    Outbox outbox,
    AppendPipeline appends,
    Commitment commitment,
    FollowerReplication following,
    MembershipView membership,
    NewestSnapshot newest,
    LogCompaction compaction)
{
    private IncomingSnapshot? _incoming;
    private ulong _lastStepId;

    /// <summary>Whether a received snapshot is past the point where it could be given up.</summary>
    public bool IsInstalling => _incoming is { Stage: not IncomingSnapshotStage.Writing };

    /// <summary>Handles a piece, or the leader's question how far this node is.</summary>
    /// <param name="message">A <see cref="RaftMessageType.SnapshotChunk"/> of the current term.</param>
    public void StepChunk(in RaftMessage message)
    {
        if (message.Chunk is not { } chunk)
        {
            return;
        }

        AbortObsolete();
        LogPosition position = chunk.Snapshot.Position;
        if (position.Index <= state.Log.Commit)
        {
            // Delayed, or no longer needed.
            following.Acknowledge(state.Log.Commit);
        }
        else if (state.Log.Matches(position))
        {
            // The entries are here; the snapshot proves that they are committed.
            commitment.AdvanceTo(position.Index);
            following.Acknowledge(position.Index);
        }
        else if (IsInstalling)
        {
            // Nothing else until it is done. The leader asks about a newer one again, and by then may not need to.
            if (IsSame(message.From, chunk))
            {
                Respond(message.From, chunk.Snapshot.Position, _incoming!.TotalLength);
            }
        }
        else if (chunk.Data.IsEmpty)
        {
            Respond(message.From, chunk.Snapshot.Position, IsSame(message.From, chunk) ? _incoming!.Received : 0);
        }
        else
        {
            TakeChunk(message.From, chunk);
        }
    }

    /// <summary>Goes on after a piece was written.</summary>
    /// <param name="stepId">The id of the effect. One of a snapshot that was given up changes nothing.</param>
    public void ChunkWritten(ulong stepId)
    {
        if (TakeStep(stepId, IncomingSnapshotStage.Writing) is not { } incoming)
        {
            return;
        }

        incoming.Written = incoming.Waiting?.Offset ?? incoming.Received;
        Respond(incoming.Sender, incoming.Metadata.Position, incoming.Written);
        if (incoming.Waiting is { } next)
        {
            incoming.Waiting = null;
            Write(incoming, next);
        }
        else if (incoming.Written == incoming.TotalLength)
        {
            incoming.Stage = IncomingSnapshotStage.Publishing;
            incoming.PendingStep = AddStep(SnapshotReceiveEffectKind.Publish, incoming);
        }
    }

    /// <summary>Goes on after a snapshot became durable and visible.</summary>
    /// <param name="stepId">The id of the effect.</param>
    public void Published(ulong stepId)
    {
        if (TakeStep(stepId, IncomingSnapshotStage.Publishing) is { } incoming)
        {
            newest.Keep(incoming.Metadata, incoming.TotalLength);
            incoming.Stage = IncomingSnapshotStage.Published;
        }
    }

    /// <summary>Goes on after the state machine was restored from the snapshot.</summary>
    /// <param name="stepId">The id of the effect.</param>
    public void Restored(ulong stepId)
    {
        if (TakeStep(stepId, IncomingSnapshotStage.Restoring) is not { } incoming)
        {
            return;
        }

        _incoming = null;
        state.Log.Restored(incoming.Metadata.Position.Index);
        Acknowledge(incoming.Metadata.Position);
    }

    /// <summary>Replaces log and state by a published snapshot, once the pages that were handed out before are applied:
    /// they may still have to be read from the log. If the log has caught up with the snapshot in the meantime, it
    /// stays.</summary>
    public void Install()
    {
        AbortObsolete();
        if (_incoming is not { Stage: IncomingSnapshotStage.Published } incoming
            || state.Log.Applied != state.Log.Applying)
        {
            return;
        }

        LogPosition position = incoming.Metadata.Position;
        if (position.Index <= state.Log.Commit || state.Log.Matches(position))
        {
            // It stays the newest snapshot on disk, but the state that was made of it is not needed.
            AddStep(SnapshotReceiveEffectKind.Abort, incoming);
            _incoming = null;
            commitment.AdvanceTo(position.Index);
            Acknowledge(position);
            return;
        }

        state.Log.Reset(position);
        appends.TruncateFrom(1);
        membership.Reset(incoming.Metadata);
        compaction.DropForSnapshot();
        incoming.Stage = IncomingSnapshotStage.Restoring;
        incoming.PendingStep = AddStep(SnapshotReceiveEffectKind.Restore, incoming);
    }

    /// <summary>Abandons a snapshot that is still being written.</summary>
    public void Abort()
    {
        if (_incoming is { Stage: IncomingSnapshotStage.Writing } incoming)
        {
            AddStep(SnapshotReceiveEffectKind.Abort, incoming);
            _incoming = null;
        }
    }

    /// <summary>Abandons a snapshot that the log has overtaken: all it holds is committed here.</summary>
    private void AbortObsolete()
    {
        if (_incoming is { } incoming && incoming.Metadata.Position.Index <= state.Log.Commit)
        {
            Abort();
        }
    }

    private void TakeChunk(MemberId sender, SnapshotChunk chunk)
    {
        bool isSame = IsSame(sender, chunk);
        if (!IsInBounds(chunk) || (!isSame && IsOlderThanIncoming(chunk)))
        {
            return;
        }

        long expected = isSame ? _incoming!.Received : 0;
        bool isDamaged = Crc32C.Compute(chunk.Data.Span) != chunk.Checksum;
        if (isSame && _incoming!.Waiting is not null)
        {
            // The disk lags. The sender learns how far this is when the disk goes on; an answer now would only bring
            // the same piece again at once.
            return;
        }

        if (isDamaged || chunk.Offset != expected)
        {
            // What is there already needs no other answer than how far this is; the rest has to be sent again.
            Respond(sender, chunk.Snapshot.Position, expected, isReject: isDamaged || chunk.Offset > expected);
            return;
        }

        if (!isSame && !TryBegin(sender, chunk))
        {
            return;
        }

        _incoming!.Received += chunk.Data.Length;
        if (_incoming.PendingStep == 0)
        {
            Write(_incoming, chunk);
        }
        else
        {
            _incoming.Waiting = chunk;
        }
    }

    /// <summary>Begins to receive a snapshot, unless its metadata cannot be read: then the sender is of another
    /// version, and its snapshot is of no use here.</summary>
    private bool TryBegin(MemberId sender, SnapshotChunk chunk)
    {
        SnapshotMetadata metadata;
        try
        {
            metadata = SnapshotMetadataCodec.Decode(chunk.Snapshot);
        }
        catch (SnapshotMetadataFormatException exception)
        {
            outbox.Gathering.UnreadableSnapshot = new UnreadableSnapshot(sender, exception);
            return false;
        }

        Abort();
        _incoming = new IncomingSnapshot(metadata, chunk.TotalLength, sender, state.Term);
        AddStep(SnapshotReceiveEffectKind.Begin, _incoming);
        return true;
    }

    private bool IsInBounds(SnapshotChunk chunk) =>
        chunk.Snapshot.Position.Term > 0
        && chunk.Snapshot.Position.Term <= state.Term
        && chunk.Data.Length <= RaftOptions.MaxSnapshotChunkBytes
        && chunk.Offset >= 0
        && chunk.TotalLength > 0
        && chunk.Offset <= chunk.TotalLength - chunk.Data.Length;

    private bool IsSame(MemberId sender, SnapshotChunk chunk) =>
        _incoming is { } incoming
        && incoming.Sender == sender
        && incoming.Metadata.Position == chunk.Snapshot.Position
        && (chunk.TotalLength == 0 || incoming.TotalLength == chunk.TotalLength);

    /// <summary>Whether a piece is a delayed one of a snapshot that the same leader has replaced. A new leader may
    /// well have an older snapshot than the one before it.</summary>
    private bool IsOlderThanIncoming(SnapshotChunk chunk) =>
        _incoming is { } incoming && incoming.Term == state.Term
        && chunk.Snapshot.Position.Index < incoming.Metadata.Position.Index;

    private void Write(IncomingSnapshot incoming, SnapshotChunk chunk) =>
        incoming.PendingStep = AddStep(SnapshotReceiveEffectKind.Write, incoming, chunk.Offset, chunk.Data);

    private void Acknowledge(LogPosition position)
    {
        if (!state.Leader.IsNone && state.Role == RaftRole.Follower)
        {
            following.Acknowledge(position.Index);
        }
    }

    private void Respond(MemberId receiver, LogPosition snapshot, long offset, bool isReject = false) =>
        outbox.Send(state.MessageTo(receiver, RaftMessageType.SnapshotChunkResponse) with
        {
            Reject = isReject,
            Context = membership.HoldsNothingMark,
            Chunk = new SnapshotChunk(new SnapshotDescriptor(snapshot, default), 0, offset, default, Checksum: 0),
        });

    private ulong AddStep(
        SnapshotReceiveEffectKind kind, IncomingSnapshot incoming, long offset = 0, ReadOnlyMemory<byte> data = default)
    {
        _lastStepId++;
        outbox.Gathering.SnapshotReceives.Add(new SnapshotReceiveEffect(
            _lastStepId, kind, incoming.Metadata, incoming.TotalLength, offset, data));
        return _lastStepId;
    }

    private IncomingSnapshot? TakeStep(ulong stepId, IncomingSnapshotStage stage)
    {
        if (stepId > _lastStepId)
        {
            throw new InvariantViolationException(
                $"Snapshot step {stepId} was reported as complete; the newest one is {_lastStepId}.");
        }

        AbortObsolete();
        if (_incoming is not { } incoming || incoming.PendingStep != stepId)
        {
            return null;
        }

        if (incoming.Stage != stage)
        {
            throw new InvariantViolationException(
                $"Snapshot step {stepId} was reported as another kind of step than it is ({incoming.Stage}).");
        }

        incoming.PendingStep = 0;
        return incoming;
    }
}
