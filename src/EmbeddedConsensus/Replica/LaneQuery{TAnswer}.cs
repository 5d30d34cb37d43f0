using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A question with an answer of a type.</summary>
/// <typeparam name="TAnswer">The type.</typeparam>
internal sealed class LaneQuery<TAnswer>(Func<ReplicaCore, TAnswer> read) : LaneQuery
{
    private readonly TaskCompletionSource<TAnswer> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

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
