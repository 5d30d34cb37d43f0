using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Transport;

namespace EmbeddedConsensus.Testing.Transport;

/// <summary>Keeps what a transport delivers, and can refuse to take more on a lane.</summary>
public sealed class RecordingReceiver : ITransportReceiver
{
    private readonly Lock _gate = new();
    private readonly List<RaftMessage> _messages = [];
    private readonly Dictionary<MemberId, int> _unreachable = [];
    private readonly TaskCompletionSource?[] _holds = new TaskCompletionSource?[TransportLanes.Count];
    private TaskCompletionSource _changed = NewSource();

    /// <summary>The messages so far, in the order of delivery.</summary>
    public IReadOnlyList<RaftMessage> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    /// <inheritdoc />
    public ValueTask ReceiveAsync(RaftMessage message)
    {
        lock (_gate)
        {
            _messages.Add(message);
            SignalChange();
            return _holds[(int)TransportLanes.Of(message.Type)] is { } hold ? new ValueTask(hold.Task) : default;
        }
    }

    /// <inheritdoc />
    public void PeerUnreachable(MemberId peer)
    {
        lock (_gate)
        {
            _unreachable[peer] = UnreachableCount(peer) + 1;
            SignalChange();
        }
    }

    /// <summary>How often a peer was reported unreachable.</summary>
    /// <param name="peer">The peer.</param>
    public int UnreachableCount(MemberId peer)
    {
        lock (_gate)
        {
            return _unreachable.GetValueOrDefault(peer);
        }
    }

    /// <summary>From now on each message of a lane is recorded, and there is room for no other until
    /// <see cref="Release"/>.</summary>
    /// <param name="lane">The lane.</param>
    public void Hold(TransportLane lane)
    {
        lock (_gate)
        {
            _holds[(int)lane] ??= NewSource();
        }
    }

    /// <summary>Ends <see cref="Hold"/>.</summary>
    /// <param name="lane">The lane.</param>
    public void Release(TransportLane lane)
    {
        lock (_gate)
        {
            _holds[(int)lane]?.SetResult();
            _holds[(int)lane] = null;
        }
    }

    /// <summary>Waits until a condition on this receiver holds.</summary>
    /// <param name="condition">Evaluated after each change.</param>
    /// <param name="limit">How long to wait.</param>
    /// <returns>Whether it came to hold within the limit.</returns>
    public async Task<bool> WaitForAsync(Func<RecordingReceiver, bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        using var deadline = new CancellationTokenSource(limit);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (condition(this))
            {
                return true;
            }

            try
            {
                await changed.WaitAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return condition(this);
            }
        }
    }

    private void SignalChange()
    {
        _changed.SetResult();
        _changed = NewSource();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
