using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// What an object does when calls come one at a time: the sequential specification that a concurrent history is checked
/// against (Herlihy and Wing, "Linearizability: A Correctness Condition for Concurrent Objects", 1990).
/// </summary>
/// <typeparam name="TState">The object's state. Immutable: the search keeps many of them.</typeparam>
/// <typeparam name="TInput">What a call asks for.</typeparam>
/// <typeparam name="TOutput">What a call answers.</typeparam>
public interface ISequentialModel<TState, TInput, TOutput>
    where TState : IEquatable<TState>
{
    /// <summary>The state before the first call.</summary>
    TState InitialState { get; }

    /// <summary>Executes a call that returned.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What it asked for.</param>
    /// <param name="output">What it answered.</param>
    /// <param name="next">The state after it.</param>
    /// <returns>Whether the object may give this answer in this state.</returns>
    bool TryAnswer(TState state, TInput input, TOutput output, [MaybeNullWhen(false)] out TState next);

    /// <summary>Executes a call of whose answer nothing is known.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="input">What it asked for.</param>
    /// <param name="next">The state after it.</param>
    /// <returns>Whether the call changes anything. One that does not may as well never have happened, and saying so
    /// spares the search a branch.</returns>
    bool TryExecute(TState state, TInput input, [MaybeNullWhen(false)] out TState next);
}
