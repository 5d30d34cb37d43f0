namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>
/// What a piece of the app does between an answer and its next wait. While it runs nothing else does, so that no answer
/// can come between its look for one and its wait: such an answer would reach it through the thread pool, where nobody
/// sees it, and time might go on meanwhile.
/// </summary>
/// <param name="queue">The turns of the whole cluster.</param>
/// <param name="step">Gives the answer, and returns when the app waits for something else.</param>
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
