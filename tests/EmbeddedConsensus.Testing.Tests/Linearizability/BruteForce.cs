using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>Decides linearizability by trying every order that respects real time: the definition, for small
/// histories.</summary>
internal static class BruteForce
{
    /// <summary>Whether there is an order.</summary>
    public static bool HasOrder<TState, TInput, TOutput>(
        ISequentialModel<TState, TInput, TOutput> model, IReadOnlyList<ModelCall<TInput, TOutput>> calls)
        where TState : IEquatable<TState> =>
        HasOrder(model, calls, model.InitialState, []);

    private static bool HasOrder<TState, TInput, TOutput>(
        ISequentialModel<TState, TInput, TOutput> model,
        IReadOnlyList<ModelCall<TInput, TOutput>> calls,
        TState state,
        HashSet<int> taken)
        where TState : IEquatable<TState>
    {
        int[] open = [.. Enumerable.Range(0, calls.Count).Where(call => !taken.Contains(call))];
        if (open.All(call => calls[call].ReturnedAt is null))
        {
            return true;
        }

        foreach (int call in open)
        {
            if (open.Any(other => calls[other].ReturnedAt < calls[call].InvokedAt))
            {
                continue;
            }

            bool fits = calls[call].ReturnedAt is null
                ? model.TryExecute(state, calls[call].Input, out TState? next)
                : model.TryAnswer(state, calls[call].Input, calls[call].Output!, out next);
            if (fits)
            {
                taken.Add(call);
                if (HasOrder(model, calls, next!, taken))
                {
                    return true;
                }

                taken.Remove(call);
            }
        }

        return false;
    }
}
