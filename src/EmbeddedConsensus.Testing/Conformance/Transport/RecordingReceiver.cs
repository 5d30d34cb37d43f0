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
    private readonly List<byte[]> _requests = [];
    private TaskCompletionSource? _requestHold;
    private Exception? _requestFailure;
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

    /// <summary>The requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<byte[]> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>What a receiver of this type answers to a request: the same bytes, backwards.</summary>
    /// <param name="request">The request.</param>
    public static byte[] AnswerTo(ReadOnlySpan<byte> request)
    {
        byte[] answer = request.ToArray();
        Array.Reverse(answer);
        return answer;
    }

    /// <summary>From now on requests are recorded, and answered only after <see cref="ReleaseRequests"/>.</summary>
    public void HoldRequests()
    {
        lock (_gate)
        {
            _requestHold ??= NewSource();
        }
    }

    /// <summary>Ends <see cref="HoldRequests"/>.</summary>
    public void ReleaseRequests()
    {
        lock (_gate)
        {
            _requestHold?.SetResult();
            _requestHold = null;
        }
    }

    /// <summary>From now on requests fail.</summary>
    /// <param name="failure">What with.</param>
    public void FailRequests(Exception failure)
    {
        lock (_gate)
        {
            _requestFailure = failure;
        }
    }

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> HandleRequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        Task hold;
        lock (_gate)
        {
            _requests.Add(request.ToArray());
            SignalChange();
            if (_requestFailure is not null)
            {
                throw _requestFailure;
            }

            hold = _requestHold?.Task ?? Task.CompletedTask;
        }

        await hold.WaitAsync(cancellationToken).ConfigureAwait(false);
        return AnswerTo(request.Span);
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
