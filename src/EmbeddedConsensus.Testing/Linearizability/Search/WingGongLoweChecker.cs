namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>
/// Decides whether a history is linearizable with respect to a sequential model, by the search of Wing and Gong
/// ("Testing and Verifying Concurrent Objects", 1993) as improved by Lowe ("Testing for linearizability", 2017).
/// </summary>
/// <remarks>
/// <para>Wing and Gong: take any call that started before the first open return, execute it on the model, and continue
/// with the rest; backtrack when an open return is reached and no call can be taken. Lowe: two paths that took the same
/// set of calls and reached the same state have the same future, so each (set, state) is visited once. The sets are
/// compared bit by bit, never by hash alone: a collision would make a good history look bad.</para>
/// <para>A call that never returned has no return that could be open. It is tried after those that did return, and may
/// be left out.</para>
/// </remarks>
public static class WingGongLoweChecker
{
    /// <summary>Searches for a linearization.</summary>
    /// <typeparam name="TState">The model's state.</typeparam>
    /// <typeparam name="TInput">The input of a call.</typeparam>
    /// <typeparam name="TOutput">The output of a call.</typeparam>
    /// <param name="model">The behaviour of the object when calls come one at a time.</param>
    /// <param name="calls">The history, in any order. Calls that failed for certain are not part of it.</param>
    /// <param name="limits">The limits; default: those of <see cref="SearchLimits"/>.</param>
    /// <exception cref="ArgumentException">A call returned before it started.</exception>
    public static SearchResult Check<TState, TInput, TOutput>(
        ISequentialModel<TState, TInput, TOutput> model,
        IReadOnlyList<ModelCall<TInput, TOutput>> calls,
        SearchLimits? limits = null)
        where TState : IEquatable<TState> =>
        Check(model, calls, new SearchBudget(limits ?? new SearchLimits()));

    /// <summary>Searches for a linearization on a budget that other searches share.</summary>
    internal static SearchResult Check<TState, TInput, TOutput>(
        ISequentialModel<TState, TInput, TOutput> model,
        IReadOnlyList<ModelCall<TInput, TOutput>> calls,
        SearchBudget budget)
        where TState : IEquatable<TState>
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(calls);
        return new LinearizationSearch<TState, TInput, TOutput>(model, calls, budget).Run();
    }
}
