namespace EmbeddedConsensus.Testing;

/// <summary>A timer of a <see cref="VirtualTimeProvider"/>. Its fields are guarded by the provider.</summary>
internal sealed class VirtualTimer(VirtualTimeProvider time, Action callback) : ITimer
{
    private volatile bool _isDisposed;

    /// <summary>By due time, then in the order in which they were set.</summary>
    public static Comparer<VirtualTimer> InOrder { get; } = Comparer<VirtualTimer>.Create(
        static (left, right) => (left.Due, left.Sequence).CompareTo((right.Due, right.Sequence)));

    /// <summary>When it fires.</summary>
    public DateTimeOffset Due { get; private set; }

    /// <summary>How often it fires after that; zero or negative for never.</summary>
    public TimeSpan Period { get; private set; }

    /// <summary>The how-manieth setting of a timer it was.</summary>
    public long Sequence { get; private set; }

    /// <summary>Notes what it is set to. For the provider only.</summary>
    public void Arm(DateTimeOffset due, TimeSpan period, long sequence)
    {
        Due = due;
        Period = period;
        Sequence = sequence;
    }

    /// <summary>Calls back.</summary>
    public void Fire()
    {
        if (!_isDisposed)
        {
            callback();
        }
    }

    /// <inheritdoc />
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
        {
            return false;
        }

        CheckRange(dueTime, nameof(dueTime));
        CheckRange(period, nameof(period));
        time.Arm(this, dueTime, period);
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _isDisposed = true;
        time.Arm(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static void CheckRange(TimeSpan time, string name)
    {
        if (time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(name, time, "Use zero or more, or Timeout.InfiniteTimeSpan.");
        }
    }
}
