using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Network;

/// <summary>The bounded queue from one member to another on one lane, and the pump that empties it.</summary>
internal sealed class InMemoryLane(InMemoryTransport sender, MemberEndpoint peer, InMemoryTransportOptions options)
{
    private readonly Lock _gate = new();
    private readonly Queue<RaftMessage> _queue = [];
    private long _queuedBytes;

    // How many of the queued messages have been flushed; the pump takes no others.
    private int _flushed;
    private bool _pumping;
    private bool _closed;

    /// <summary>Where the lane leads.</summary>
    public MemberEndpoint Peer => peer;

    /// <summary>Queues a message.</summary>
    /// <returns>False when the queue is full.</returns>
    public bool TryEnqueue(in RaftMessage message)
    {
        long size = PayloadBytes(message);
        lock (_gate)
        {
            if (_closed || _queue.Count >= options.SendQueueMessages
                || (_queue.Count > 0 && _queuedBytes + size > options.SendQueueBytes))
            {
                return false;
            }

            // The sender may reuse its list of entries; the payloads are shared and never change.
            _queue.Enqueue(message with { Entries = message.Entries.ToArray() });
            _queuedBytes += size;
            return true;
        }
    }

    /// <summary>Lets the pump have what is queued.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _flushed = _queue.Count;
            if (_flushed == 0 || _pumping || !sender.TryEnter())
            {
                return;
            }

            _pumping = true;
        }

        sender.Run(PumpAsync);
    }

    /// <summary>Drops what is queued, and takes nothing more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _flushed = 0;
            _queue.Clear();
            _queuedBytes = 0;
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            bool reachable = true;
            while (TryDequeue(out RaftMessage message))
            {
                bool delivered = await sender.CarryAsync(peer, message).ConfigureAwait(false);

                // One report for a run of lost messages is enough.
                if (!delivered && reachable)
                {
                    sender.ReportUnreachable(peer.Id);
                }

                reachable = delivered;
            }
        }
        finally
        {
            sender.Exit();
        }
    }

    private bool TryDequeue(out RaftMessage message)
    {
        lock (_gate)
        {
            if (_flushed == 0 || sender.Stopping.IsCancellationRequested)
            {
                _pumping = false;
                message = default;
                return false;
            }

            _flushed--;
            message = _queue.Dequeue();
            _queuedBytes -= PayloadBytes(message);
            return true;
        }
    }

    private static long PayloadBytes(in RaftMessage message)
    {
        long size = message.Chunk?.Data.Length ?? 0;
        foreach (LogEntry entry in message.Entries.Span)
        {
            size += entry.Size;
        }

        return size;
    }
}
