using System.Diagnostics;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>One direction between two members, in its current condition. What was sent while it is blocked arrives when
/// the block ends, as with TCP; connections may also be cut.</summary>
internal sealed class Link
{
    private readonly Lock _gate = new();
    private readonly HashSet<CancellationTokenSource> _connections = [];
    private readonly HashSet<object> _blockers = [];
    private TaskCompletionSource? _blocked;
    private long _delayMicros;
    private long _bytesPerSecond;
    private long _freeAt;

    /// <summary>How long a byte takes. Zero by default.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromMicroseconds(Volatile.Read(ref _delayMicros));
        set => Volatile.Write(ref _delayMicros, (long)value.TotalMicroseconds);
    }

    /// <summary>Bytes per second over all connections; 0, the default, is unlimited.</summary>
    public long BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>Blocks the link.</summary>
    /// <param name="blocker">Identifies the block; the link opens when all its blocks are removed.</param>
    public void Block(object blocker)
    {
        lock (_gate)
        {
            _blockers.Add(blocker);
            _blocked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Removes a block.</summary>
    /// <param name="blocker">Identifies the block.</param>
    public void Unblock(object blocker)
    {
        lock (_gate)
        {
            if (_blockers.Remove(blocker) && _blockers.Count == 0)
            {
                Open();
            }
        }
    }

    /// <summary>Removes delay and throttling; blocks remain.</summary>
    public void Quicken()
    {
        Delay = TimeSpan.Zero;
        BytesPerSecond = 0;
        lock (_gate)
        {
            _freeAt = 0;
        }
    }

    /// <summary>Removes everything, blocks included.</summary>
    public void Heal()
    {
        Quicken();
        lock (_gate)
        {
            _blockers.Clear();
            Open();
        }
    }

    /// <summary>Cuts every connection that sends over the link.</summary>
    /// <returns>The number of connections cut.</returns>
    public int Cut()
    {
        CancellationTokenSource[] connections;
        lock (_gate)
        {
            connections = [.. _connections];
            _connections.Clear();
        }

        Array.ForEach(connections, static connection => connection.Cancel());
        return connections.Length;
    }

    /// <summary>Registers a connection for <see cref="Cut"/>.</summary>
    public void Add(CancellationTokenSource connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
        }
    }

    /// <summary>Unregisters a connection that has ended.</summary>
    public void Remove(CancellationTokenSource connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }

    /// <summary>Waits until bytes sent at a given time have arrived.</summary>
    /// <param name="sentAt">When they were sent, as a timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="count">The number of bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PassAsync(long sentAt, int count, CancellationToken cancellationToken)
    {
        TimeSpan left = Delay - Stopwatch.GetElapsedTime(sentAt) + Transmit(count);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellationToken);
        }

        await WaitOpenAsync(cancellationToken);
    }

    /// <summary>Waits until the link is not blocked.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitOpenAsync(CancellationToken cancellationToken)
    {
        while (Blocked() is { } blocked)
        {
            await blocked.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Lets all waiting bytes pass. Called under the lock.</summary>
    private void Open()
    {
        _blocked?.SetResult();
        _blocked = null;
    }

    private Task? Blocked()
    {
        lock (_gate)
        {
            return _blocked?.Task;
        }
    }

    /// <summary>The wait for the bytes of all connections already sent.</summary>
    private TimeSpan Transmit(int count)
    {
        long rate = BytesPerSecond;
        if (rate == 0)
        {
            return TimeSpan.Zero;
        }

        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            _freeAt = Math.Max(_freeAt, now) + (count * Stopwatch.Frequency / rate);
            return Stopwatch.GetElapsedTime(now, _freeAt);
        }
    }
}
