using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// The behaviour of an object whose calls come one at a time: the sequential specification that a concurrent history is
/// checked against (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990).
/// </summary>
/// <typeparam name="TState">The object's state. Immutable: the search keeps many of them.</typeparam>
/// <typeparam name="TInput">The input of a call.</typeparam>
/// <typeparam name="TOutput">The output of a call.</typeparam>
public interface ISequentialModel<TState, TInput, TOutput>
    where TState : IEquatable<TState>
{
    /// <summary>The state before the first call.</summary>
    TState InitialState { get; }

    /// <summary>Executes a call that returned.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">The input.</param>
    /// <param name="output">The output.</param>
    /// <param name="next">The state after it.</param>
    /// <returns>Whether the object may return this output in this state.</returns>
    bool TryAnswer(TState state, TInput input, TOutput output, [MaybeNullWhen(false)] out TState next);

    /// <summary>Executes a call whose output is unknown.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">The input.</param>
    /// <param name="next">The state after it.</param>
    /// <returns>Whether the call changes anything. One that does not might as well never have happened, which spares
    /// the search a branch.</returns>
    bool TryExecute(TState state, TInput input, [MaybeNullWhen(false)] out TState next);
}
