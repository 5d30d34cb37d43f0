using System.Collections.Concurrent;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica;

/// <summary>
/// The thread that renews the leases which this process holds, and reports those that are lost. All that are due at one
/// time are renewed by one write. It is a thread of its own, because a thread pool that the app keeps busy must cost no
/// lease (design decision D15). It starts with the first lease.
/// </summary>
internal sealed class LeaseRenewals : ReplicaThread
{
    private readonly ReplicaHost _host;
    private readonly TurnAlarm _alarm;
    private readonly ConcurrentQueue<HeldLease> _added = new();
    private readonly ConcurrentQueue<HeldLease> _removed = new();
    private readonly ConcurrentQueue<LeaseRenewal> _ended = new();
    private readonly PriorityQueue<HeldLease, long> _queue = new();
    private readonly HashSet<HeldLease> _leases = [];
    private readonly List<HeldLease> _due = [];
    private readonly Lock _starting = new();
    private bool _isStarted;
    private bool _isStopped;

    /// <summary>A thread that is not started.</summary>
    /// <param name="host">The replica.</param>
    /// <param name="maxClockDrift">By how much the clocks of two members may differ.</param>
    public LeaseRenewals(ReplicaHost host, double maxClockDrift)
        : base($"consensus leases {host.Self}", host.Schedule)
    {
        _host = host;
        MaxClockDrift = maxClockDrift;
        _alarm = new TurnAlarm(host.Time, Wake);
    }

    /// <summary>By how much the clocks of two members may differ.</summary>
    public double MaxClockDrift { get; }

    /// <summary>The time by the monotonic clock, in microseconds.</summary>
    public long Now => _alarm.ElapsedMicros;

    /// <summary>Cancelled when the replica closes.</summary>
    public CancellationToken Stopped => _host.Stopped;

    /// <summary>Renews a lease from now on.</summary>
    public void Add(HeldLease lease)
    {
        lock (_starting)
        {
            if (_isStopped)
            {
                lease.Lose();
                return;
            }

            _added.Enqueue(lease);
            if (!_isStarted)
            {
                _isStarted = true;
                Start();
            }
        }

        Wake();
    }

    /// <summary>Stops the thread. All leases count as lost, as no thread renews them any more.</summary>
    public async Task StopAsync()
    {
        lock (_starting)
        {
            _isStopped = true;
        }

        if (_isStarted)
        {
            // Joining blocks: keep it off the thread pool.
            await Task.Factory.StartNew(
                StopAndJoin, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }

        LoseAll();
        _alarm.Dispose();
        Dispose();
    }

    /// <summary>Forgets a lease.</summary>
    public void Remove(HeldLease lease)
    {
        _removed.Enqueue(lease);
        Wake();
    }

    /// <summary>Cancels the token of a lease that is lost.</summary>
    public void Cancel(CancellationTokenSource source) => _host.Completion.Cancel(source);

    /// <inheritdoc />
    protected override TimeSpan Turn()
    {
        long now = Now;
        TakeChanges();
        TakeEnded(now);
        long next = long.MaxValue;
        while (_queue.TryPeek(out HeldLease? lease, out long at))
        {
            if (at - AheadOf(lease, at) > now)
            {
                next = at;
                break;
            }

            _queue.Dequeue();
            Serve(lease, at, now);
        }

        Send();
        return _alarm.Set(next == long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMilliseconds(Math.Max(1, (next - Now) / 1_000)));
    }

    /// <inheritdoc />
    protected override void OnFault(Exception exception) => LoseAll();

    private void TakeChanges()
    {
        while (_added.TryDequeue(out HeldLease? lease))
        {
            if (_leases.Add(lease))
            {
                Enqueue(lease);
            }
        }

        while (_removed.TryDequeue(out HeldLease? lease))
        {
            _leases.Remove(lease);
        }
    }

    private void TakeEnded(long now)
    {
        while (_ended.TryDequeue(out LeaseRenewal? renewal))
        {
            for (int i = 0; i < renewal.Leases.Length; i++)
            {
                HeldLease lease = renewal.Leases[i];
                if (renewal.Granted is not { } granted)
                {
                    lease.RenewalFailed(now);
                }
                else if (granted[i] > 0)
                {
                    lease.Renewed(renewal.SentAt);
                }
                else
                {
                    lease.Lose();
                    _leases.Remove(lease);
                }

                if (_leases.Contains(lease))
                {
                    Enqueue(lease);
                }
            }
        }
    }

    // A lease may be in the queue more than once: what is not due is looked at and left.
    private void Enqueue(HeldLease lease) => _queue.Enqueue(lease, NextOf(lease));

    private static long NextOf(HeldLease lease) =>
        lease.IsRenewing ? lease.LostAt : Math.Min(lease.RenewAt, lease.LostAt);

    // Renewals that are due soon go along with those that are due: fewer writes, a little earlier.
    private static long AheadOf(HeldLease lease, long at) => at == lease.RenewAt ? lease.AheadMicros : 0;

    private void Serve(HeldLease lease, long at, long now)
    {
        if (!_leases.Contains(lease))
        {
            return;
        }

        if (now >= lease.LostAt)
        {
            lease.Lose();
            _leases.Remove(lease);
        }
        else if (!lease.IsRenewing && now >= lease.RenewAt - AheadOf(lease, at))
        {
            lease.Sending();
            _due.Add(lease);
            Enqueue(lease);
        }
    }

    private void Send()
    {
        foreach (HeldLease[] piece in _due.Chunk(LeaseKeepAliveOperationHandler.MaxLeases))
        {
            // Read before it is sent: the members count from when they apply it.
            _host.Submit(new LeaseRenewal(piece, Now, renewal =>
            {
                _ended.Enqueue(renewal);
                Wake();
            }));
        }

        _due.Clear();
    }

    private void LoseAll()
    {
        TakeChanges();
        foreach (HeldLease lease in _leases)
        {
            lease.Lose();
        }

        _leases.Clear();
    }
}
