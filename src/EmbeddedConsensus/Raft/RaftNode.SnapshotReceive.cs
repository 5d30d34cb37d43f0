namespace EmbeddedConsensus.Raft;

/// <summary>Receiving a snapshot (Raft paper, section 7).</summary>
internal sealed partial class RaftNode
{
    private IncomingSnapshot? _incoming;
    private ulong _lastStepId;

    /// <summary>Whether a received snapshot is past the point where it could be given up.</summary>
    private bool IsInstallingSnapshot => _incoming is { Stage: not IncomingSnapshotStage.Writing };

    /// <summary>Reports that a piece was written.</summary>
    /// <param name="stepId">The id of the effect. One of a snapshot that was given up changes nothing.</param>
    public void SnapshotChunkWritten(ulong stepId)
    {
        if (TakeStep(stepId, IncomingSnapshotStage.Writing) is not { } incoming)
        {
            return;
        }

        incoming.Written = incoming.Waiting?.Offset ?? incoming.Received;
        Respond(incoming.Sender, incoming.Metadata, incoming.Written);
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

    /// <summary>Reports that a snapshot is durable and visible.</summary>
    /// <param name="stepId">The id of the effect.</param>
    public void SnapshotPublished(ulong stepId)
    {
        if (TakeStep(stepId, IncomingSnapshotStage.Publishing) is { } incoming)
        {
            KeepNewest(incoming.Metadata, incoming.TotalLength);
            incoming.Stage = IncomingSnapshotStage.Published;
        }
    }

    /// <summary>Reports that the state machine holds the snapshot's state.</summary>
    /// <param name="stepId">The id of the effect.</param>
    public void SnapshotRestored(ulong stepId)
    {
        if (TakeStep(stepId, IncomingSnapshotStage.Restoring) is not { } incoming)
        {
            return;
        }

        _incoming = null;
        _log.Restored(incoming.Metadata.Position.Index);
        AcknowledgeSnapshot(incoming.Metadata.Position);
    }

    private void AcknowledgeSnapshot(LogPosition position)
    {
        if (!_leader.IsNone && _role == RaftRole.Follower)
        {
            Acknowledge(position.Index);
        }
    }

    private void StepSnapshotChunk(in RaftMessage message)
    {
        if (message.Chunk is not { } chunk)
        {
            return;
        }

        LogPosition position = chunk.Metadata.Position;
        if (position.Index <= _log.Commit)
        {
            // Delayed, or no longer needed.
            Acknowledge(_log.Commit);
        }
        else if (_log.Matches(position))
        {
            // The entries are here; the snapshot proves that they are committed.
            AdvanceCommit(position.Index);
            Acknowledge(position.Index);
        }
        else if (IsInstallingSnapshot)
        {
            // Nothing else until it is done. A newer one is asked about again, and by then may not be needed.
            if (IsSame(message.From, chunk))
            {
                Respond(message.From, chunk.Metadata, _incoming!.TotalLength);
            }
        }
        else if (chunk.Data.IsEmpty)
        {
            Respond(message.From, chunk.Metadata, IsSame(message.From, chunk) ? _incoming!.Received : 0);
        }
        else
        {
            TakeChunk(message.From, chunk);
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
            // The disk is behind. It is told how far this is when the disk goes on; to say it now would only bring the
            // same piece again at once.
            return;
        }

        if (isDamaged || chunk.Offset != expected)
        {
            // What is there already needs no other answer than how far this is; the rest has to be sent again.
            Respond(sender, chunk.Metadata, expected, isReject: isDamaged || chunk.Offset > expected);
            return;
        }

        if (!isSame)
        {
            AbortIncomingSnapshot();
            _incoming = new IncomingSnapshot(chunk.Metadata, chunk.TotalLength, sender, _term);
            AddStep(SnapshotReceiveEffectKind.Begin, _incoming);
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

    private bool IsInBounds(SnapshotChunk chunk) =>
        chunk.Metadata.Position.Term > 0
        && chunk.Metadata.Position.Term <= _term
        && chunk.Data.Length <= RaftOptions.MaxSnapshotChunkBytes
        && chunk.Offset >= 0
        && chunk.TotalLength > 0
        && chunk.Offset <= chunk.TotalLength - chunk.Data.Length;

    private bool IsSame(MemberId sender, SnapshotChunk chunk) =>
        _incoming is { } incoming
        && incoming.Sender == sender
        && incoming.Metadata.Position == chunk.Metadata.Position
        && (chunk.TotalLength == 0 || incoming.TotalLength == chunk.TotalLength);

    /// <summary>Whether a piece is a delayed one of a snapshot that the same leader has replaced. A new leader may
    /// well have an older snapshot than the one before it.</summary>
    private bool IsOlderThanIncoming(SnapshotChunk chunk) =>
        _incoming is { } incoming && incoming.Term == _term
        && chunk.Metadata.Position.Index < incoming.Metadata.Position.Index;

    private void Write(IncomingSnapshot incoming, SnapshotChunk chunk) =>
        incoming.PendingStep = AddStep(SnapshotReceiveEffectKind.Write, incoming, chunk.Offset, chunk.Data);

    /// <summary>Replaces the log and the state by a published snapshot, once the pages that were handed out before are
    /// applied: they may still have to be read from the log. If the log has caught up with the snapshot in the
    /// meantime, it stays.</summary>
    private void InstallSnapshot()
    {
        if (_incoming is not { Stage: IncomingSnapshotStage.Published } incoming || _log.Applied != _log.Applying)
        {
            return;
        }

        LogPosition position = incoming.Metadata.Position;
        if (position.Index <= _log.Commit || _log.Matches(position))
        {
            // It stays the newest snapshot on disk, but nobody asks for the state that was made of it.
            AddStep(SnapshotReceiveEffectKind.Abort, incoming);
            _incoming = null;
            AdvanceCommit(position.Index);
            AcknowledgeSnapshot(position);
            return;
        }

        _log.Reset(position);
        _appends.TruncateFrom(1);
        _history.Reset(position.Index, incoming.Metadata.Configuration);
        UseLatestConfiguration();
        ObserveCommittedConfiguration();
        DropLogForSnapshot();
        incoming.Stage = IncomingSnapshotStage.Restoring;
        incoming.PendingStep = AddStep(SnapshotReceiveEffectKind.Restore, incoming);
    }

    private void AbortSnapshotBehindCommit()
    {
        if (_incoming is { } incoming && incoming.Metadata.Position.Index <= _log.Commit)
        {
            AbortIncomingSnapshot();
        }
    }

    private void AbortIncomingSnapshot()
    {
        if (_incoming is { Stage: IncomingSnapshotStage.Writing } incoming)
        {
            AddStep(SnapshotReceiveEffectKind.Abort, incoming);
            _incoming = null;
        }
    }

    private ulong AddStep(
        SnapshotReceiveEffectKind kind, IncomingSnapshot incoming, long offset = 0, ReadOnlyMemory<byte> data = default)
    {
        _lastStepId++;
        _gathering.SnapshotReceives.Add(new SnapshotReceiveEffect(
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

    private void Respond(MemberId receiver, SnapshotMetadata metadata, long offset, bool isReject = false) =>
        Send(To(receiver, RaftMessageType.SnapshotChunkResponse) with
        {
            Reject = isReject, Context = HoldsNothingMark, Chunk = new SnapshotChunk(metadata, 0, offset, default, Checksum: 0),
        });
}
