using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A question with an answer of a type.</summary>
/// <typeparam name="TAnswer">The type.</typeparam>
/// <param name="read">Reads it.</param>
/// <param name="schedule">What runs the caller's continuation; null in production.</param>
internal sealed class LoopQuery<TAnswer>(Func<ReplicaCore, TAnswer> read, IReplicaSchedule? schedule) : LoopQuery
{
    private readonly ScheduledTaskSource<TAnswer> _source = new(schedule);

    /// <summary>The answer.</summary>
    public Task<TAnswer> Task => _source.Task;

    /// <inheritdoc />
    public override void Answer(ReplicaCore core)
    {
        if (TryEnd())
        {
            _source.SetResult(read(core));
        }
    }

    /// <inheritdoc />
    protected override void OnFailed(Exception exception) => _source.SetException(exception);
}
