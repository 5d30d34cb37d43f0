using System.Diagnostics;

namespace EmbeddedConsensus.Chaos.Proxy;

/// <summary>The way from one member to another, as the network between them is at the moment. What was sent while it is
/// blocked arrives when it no longer is, as TCP has it; connections may also be cut.</summary>
internal sealed class Link
{
    private readonly Lock _gate = new();
    private readonly HashSet<CancellationTokenSource> _connections = [];
    private readonly HashSet<object> _blockers = [];
    private TaskCompletionSource? _blocked;
    private long _delayMicros;
    private long _bytesPerSecond;
    private long _freeAt;

    /// <summary>How long a byte is under way. Zero by default.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromMicroseconds(Volatile.Read(ref _delayMicros));
        set => Volatile.Write(ref _delayMicros, (long)value.TotalMicroseconds);
    }

    /// <summary>How many bytes pass in a second, all connections together; 0, the default, is as many as may.</summary>
    public long BytesPerSecond
    {
        get => Volatile.Read(ref _bytesPerSecond);
        set => Volatile.Write(ref _bytesPerSecond, value);
    }

    /// <summary>Lets nothing pass any more.</summary>
    /// <param name="blocker">Who says so: the link is open again when all who blocked it have taken it back.</param>
    public void Block(object blocker)
    {
        lock (_gate)
        {
            _blockers.Add(blocker);
            _blocked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="blocker">Who blocked.</param>
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

    /// <summary>Makes it as quick as new. It stays blocked if it is.</summary>
    public void Quicken()
    {
        Delay = TimeSpan.Zero;
        BytesPerSecond = 0;
        lock (_gate)
        {
            _freeAt = 0;
        }
    }

    /// <summary>Makes it as good as new, whoever blocked it.</summary>
    public void Heal()
    {
        Quicken();
        lock (_gate)
        {
            _blockers.Clear();
            Open();
        }
    }

    /// <summary>Cuts every connection that sends along the link.</summary>
    /// <returns>How many there were.</returns>
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

    /// <summary>Adds a connection that <see cref="Cut"/> ends.</summary>
    public void Add(CancellationTokenSource connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
        }
    }

    /// <summary>Takes a connection away that has ended.</summary>
    public void Remove(CancellationTokenSource connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }

    /// <summary>Waits until bytes that were sent at a moment have arrived.</summary>
    /// <param name="sentAt">When they were sent, a timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="count">How many there are.</param>
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

    /// <summary>Lets everything pass, at once. Under the lock.</summary>
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

    /// <summary>The wait behind the bytes of all connections that are sent already.</summary>
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
