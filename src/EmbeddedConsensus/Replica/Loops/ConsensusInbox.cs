using System.Collections.Concurrent;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The inputs of the consensus thread, queued until its next turn: calls, messages, completed appends, applied entries
/// and whatever else has to run on that thread. All that arrives during one turn is one batch.
/// </summary>
/// <remarks>The methods up to <see cref="PeerUnreachable"/> are safe for several threads and return at once; the others
/// are the consensus thread's.</remarks>
internal sealed class ConsensusInbox(ReplicaCore core) : ILogBatcherEvents
{
    // Peers are slowed down when this much of what they sent waits for a turn.
    private const long MaxQueuedMessageBytes = 64L << 20;
    private const int MaxMessagesPerTurn = 4_096;
    private const int MaxCallsPerTurn = 4_096;

    // What a message counts for beside its payload.
    private const int MessageOverhead = 128;

    private readonly ConcurrentQueue<PendingCall> _calls = new();
    private readonly ConcurrentQueue<RaftMessage> _messages = new();
    private readonly ConcurrentQueue<ulong> _appended = new();
    private readonly ConcurrentQueue<Action<ReplicaCore>> _actions = new();
    private readonly ConcurrentQueue<Exception> _endings = new();
    private ReplicaThread? _thread;
    private long _messageBytes;
    private TaskCompletionSource? _room;
    private ulong _applied;
    private long _appliedBytes;
    private ulong _appliedSeen;
    private volatile Exception? _closed;

    /// <summary>The bounds of the calls.</summary>
    public CallAdmission Admission => core.Admission;

    /// <summary>Takes a call. One too many is refused at once, on its caller's thread.</summary>
    public void Submit(PendingCall call)
    {
        if (!Admission.TryAdmit(call))
        {
            return;
        }

        _calls.Enqueue(call);
        Wake();
        Interlocked.MemoryBarrier();
        if (_closed is not null)
        {
            // The thread may have taken its last turn.
            Reject();
        }
    }

    /// <inheritdoc />
    public void Appended(ulong appendId)
    {
        _appended.Enqueue(appendId);
        Wake();
    }

    /// <summary>The apply thread has applied up to an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="bytes">The size of the entries since the last call.</param>
    public void Applied(ulong index, long bytes)
    {
        Interlocked.Add(ref _appliedBytes, bytes);
        Volatile.Write(ref _applied, index);
        Wake();
    }

    /// <summary>Runs something rare on the consensus thread.</summary>
    public void Post(Action<ReplicaCore> action)
    {
        _actions.Enqueue(action);
        Wake();
    }

    /// <inheritdoc />
    public void Failed(Exception exception) => End(exception);

    /// <summary>This member does not belong to the cluster: it leaves.</summary>
    /// <param name="reason">Why; every call gets it.</param>
    public void Leave(ConsensusStoreException reason) => End(reason);

    /// <summary>A message has arrived.</summary>
    /// <returns>Completes when there is room for more.</returns>
    public ValueTask ReceiveAsync(RaftMessage message)
    {
        long bytes = SizeOf(message);
        _messages.Enqueue(message);
        Wake();
        return Interlocked.Add(ref _messageBytes, bytes) <= MaxQueuedMessageBytes || _closed is not null
            ? default
            : WaitForRoom();
    }

    /// <summary>A peer could not be reached.</summary>
    public void PeerUnreachable(MemberId peer) => Post(node => node.Node.PeerUnreachable(peer));

    /// <summary>Names the thread to wake. Precedes every input.</summary>
    public void Attach(ReplicaThread thread) => _thread = thread;

    /// <summary>Why the replica has to end, if something has reported that.</summary>
    public Exception? TakeEnding() => _endings.TryDequeue(out Exception? reason) ? reason : null;

    /// <summary>Passes messages to the core.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool TakeMessages()
    {
        long bytes = 0;
        int count = 0;
        while (count < MaxMessagesPerTurn && _messages.TryDequeue(out RaftMessage message))
        {
            count++;
            bytes += SizeOf(message);
            core.Step(message);
        }

        if (bytes > 0 && Interlocked.Add(ref _messageBytes, -bytes) <= MaxQueuedMessageBytes / 2)
        {
            ReleaseSenders();
        }

        return count == MaxMessagesPerTurn;
    }

    /// <summary>Passes completed appends, applied entries and posted actions to the core.</summary>
    public void TakeCompletions()
    {
        while (_appended.TryDequeue(out ulong id))
        {
            core.AppendCompleted(id);
        }

        TakeApplied();
        while (_actions.TryDequeue(out Action<ReplicaCore>? action))
        {
            // An action may report a snapshot of entries that were applied since this turn began.
            TakeApplied();
            action(core);
        }
    }

    /// <summary>Passes calls to the core.</summary>
    /// <returns>Whether there may be more.</returns>
    public bool TakeCalls()
    {
        int count = 0;
        while (count < MaxCallsPerTurn && _calls.TryDequeue(out PendingCall? call))
        {
            count++;
            switch (call)
            {
                case PendingProposal proposal:
                    core.Submit(proposal);
                    break;
                case PendingConfigurationChange change:
                    core.Submit(change);
                    break;
                case LoopQuery query:
                    query.Answer(core);
                    break;
                default:
                    core.Submit((PendingRead)call);
                    break;
            }
        }

        return count == MaxCallsPerTurn;
    }

    /// <summary>Closes the inbox: calls fail from now on, and everything else is dropped. Closing twice keeps the first
    /// reason.</summary>
    /// <param name="reason">What the calls fail with.</param>
    public void Close(Exception reason)
    {
        _closed ??= reason;

        // Either a caller that comes now sees the reason, or its call is seen here.
        Interlocked.MemoryBarrier();
        ReleaseSenders();
        Reject();
    }

    /// <summary>Drops what came after <see cref="Close"/>.</summary>
    public void Reject()
    {
        while (_calls.TryDequeue(out PendingCall? call))
        {
            call.TryFail(_closed!);
        }

        _messages.Clear();
        _appended.Clear();
        _actions.Clear();
        _endings.Clear();
    }

    private void End(Exception reason)
    {
        _endings.Enqueue(reason);
        Wake();
    }

    private void Wake() => _thread!.Wake();

    private void TakeApplied()
    {
        ulong applied = Volatile.Read(ref _applied);
        if (applied > _appliedSeen)
        {
            _appliedSeen = applied;
            core.Applied(applied, Interlocked.Exchange(ref _appliedBytes, 0));
        }
    }

    private void ReleaseSenders() => Interlocked.Exchange(ref _room, null)?.TrySetResult();

    private ValueTask WaitForRoom()
    {
        TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource current = Interlocked.CompareExchange(ref _room, room, null) ?? room;

        // The thread may have made room, or have closed, before it could see the waiting sender.
        if (Interlocked.Read(ref _messageBytes) <= MaxQueuedMessageBytes / 2 || _closed is not null)
        {
            ReleaseSenders();
        }

        return new ValueTask(current.Task);
    }

    private static long SizeOf(in RaftMessage message)
    {
        long bytes = MessageOverhead + (message.Chunk?.Data.Length ?? 0);
        foreach (ref readonly LogEntry entry in message.Entries.Span)
        {
            bytes += entry.Size;
        }

        return bytes;
    }
}
