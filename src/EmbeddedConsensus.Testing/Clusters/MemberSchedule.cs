using System.Collections.Concurrent;
using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>The turns of one life of a member.</summary>
/// <param name="queue">The turns of the whole cluster.</param>
/// <param name="member">The member.</param>
/// <param name="seed">What its elections are drawn from.</param>
internal sealed class MemberSchedule(TurnQueue queue, MemberId member, ulong seed) : IReplicaSchedule
{
    private readonly ConcurrentDictionary<Lane, LaneTurn> _lanes = new(ReferenceEqualityComparer.Instance);

    /// <summary>What the threads may do. Guarded by the queue; set by <see cref="TurnQueue.SetMode"/>.</summary>
    public ScheduleMode Mode { get; set; }

    /// <inheritdoc />
    public ulong Seed => seed;

    /// <inheritdoc />
    public void Started(Lane lane)
    {
        LaneTurn turn = new(this, lane, $"the thread '{lane.GetType().Name} of member {member}'");
        _lanes[lane] = turn;
        queue.Enqueue(turn);
    }

    /// <inheritdoc />
    public void Ready(Lane lane)
    {
        if (_lanes.TryGetValue(lane, out LaneTurn? turn))
        {
            queue.Enqueue(turn);
        }
    }

    /// <inheritdoc />
    public void BeginTurn(Lane lane) => _lanes[lane].Wait();

    /// <inheritdoc />
    public void EndTurn(Lane lane, bool isMore) => queue.EndTurn(_lanes[lane], isMore);

    /// <inheritdoc />
    public void Ended(Lane lane)
    {
        LaneTurn turn = _lanes[lane];
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
