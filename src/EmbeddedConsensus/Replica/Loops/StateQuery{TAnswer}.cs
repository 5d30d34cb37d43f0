using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>A question about state that only the apply thread reads.</summary>
/// <typeparam name="TAnswer">The type of the answer.</typeparam>
/// <param name="read">Reads the answer.</param>
/// <param name="completion">Decides where the caller's continuation runs.</param>
internal sealed class StateQuery<TAnswer>(Func<ReplicatedStateMachine, TAnswer> read, CallCompletion completion)
    : StateQuery
{
    private readonly CallTaskSource<TAnswer> _source = new(completion);

    /// <summary>The answer.</summary>
    public Task<TAnswer> Task => _source.Task;

    /// <inheritdoc />
    public override void Answer(ReplicatedStateMachine machine) => _source.SetResult(read(machine));

    /// <inheritdoc />
    public override void Fail(Exception reason) => _source.SetException(reason);
}
