using System.Collections.Concurrent;
using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The turns of one life of a member.</summary>
/// <param name="queue">The turns of the whole cluster.</param>
/// <param name="member">The member.</param>
/// <param name="seed">What its elections are drawn from.</param>
internal sealed class MemberSchedule(TurnQueue queue, MemberId member, ulong seed) : IReplicaSchedule
{
    private readonly ConcurrentDictionary<ReplicaThread, ThreadTurn> _threads = new(ReferenceEqualityComparer.Instance);

    /// <summary>What the threads may do. Guarded by the queue; set by <see cref="TurnQueue.SetMode"/>.</summary>
    public ScheduleMode Mode { get; set; }

    /// <inheritdoc />
    public ulong Seed => seed;

    /// <inheritdoc />
    public void Started(ReplicaThread thread)
    {
        ThreadTurn turn = new(this, thread, $"the thread '{thread.GetType().Name} of member {member}'");
        _threads[thread] = turn;
        queue.Enqueue(turn);
    }

    /// <inheritdoc />
    public void Ready(ReplicaThread thread)
    {
        if (_threads.TryGetValue(thread, out ThreadTurn? turn))
        {
            queue.Enqueue(turn);
        }
    }

    /// <inheritdoc />
    public void BeginTurn(ReplicaThread thread) => _threads[thread].Wait();

    /// <inheritdoc />
    public void EndTurn(ReplicaThread thread, bool isMore) => queue.EndTurn(_threads[thread], isMore);

    /// <inheritdoc />
    public void Ended(ReplicaThread thread)
    {
        ThreadTurn turn = _threads[thread];
        queue.Remove(turn);
        turn.Dispose();
    }

    /// <inheritdoc />
    public void Continue(Action continuation) => queue.Enqueue(new AppTurn(queue, continuation));

    /// <inheritdoc />
    public void WorkBegins() => queue.CountWork(1);

    /// <inheritdoc />
    public void WorkEnds() => queue.CountWork(-1);
}
