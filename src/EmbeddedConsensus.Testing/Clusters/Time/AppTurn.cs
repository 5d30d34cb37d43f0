namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>
/// What a piece of the app does between a result and its next wait. Nothing else runs meanwhile, so that no result can
/// arrive between its check for one and its wait: such a result would reach it through the thread pool, unseen by the
/// cluster, and time might pass meanwhile.
/// </summary>
/// <param name="queue">The turns of the whole cluster.</param>
/// <param name="step">Delivers the result, and returns when the app waits for something else.</param>
internal sealed class AppTurn(TurnQueue queue, Action step) : Turn, IThreadPoolWorkItem
{
    [ThreadStatic]
    private static AppTurn? _current;

    private volatile Thread? _thread;

    /// <summary>The turn that the calling thread is in, if any.</summary>
    public static AppTurn? Current => _current;

    /// <inheritdoc />
    public override string Name => "the app";

    /// <inheritdoc />
    public override bool MayRun => true;

    /// <summary>Whether it has given up its place, and runs beside the others. Guarded by the queue.</summary>
    public bool IsDetached { get; set; }

    /// <summary>Whether its thread waits for something: an app may block on a call, which others must end.</summary>
    public bool IsBlocked => _thread is { } thread && thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin);

    /// <inheritdoc />
    public override void Grant() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <inheritdoc />
    public void Execute()
    {
        _current = this;
        _thread = Thread.CurrentThread;
        try
        {
            step();
        }
        finally
        {
            _thread = null;
            _current = null;
            queue.EndTurn(this);
        }
    }
}
