using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A query of the core's state.</summary>
/// <typeparam name="TAnswer">The type of the answer.</typeparam>
/// <param name="read">Reads the answer.</param>
/// <param name="completion">Decides where the caller's continuation runs.</param>
internal sealed class LoopQuery<TAnswer>(Func<ReplicaCore, TAnswer> read, CallCompletion completion) : LoopQuery
{
    private readonly CallTaskSource<TAnswer> _source = new(completion);

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
