namespace EmbeddedConsensus.Testing.Linearizability;

/// <summary>One key of a store as a sequential object: its value and its version.</summary>
/// <remarks>Create and mod revisions are ignored: they depend on the writes of all keys. Of two writes with known
/// revisions, the one with the smaller revision comes first in every linearization.</remarks>
internal sealed class KeyModel(KeyValue? initial) : ISequentialModel<KeyState, KeyStep, KeyAnswer>
{
    /// <inheritdoc />
    public KeyState InitialState { get; } = new(
        initial is not null, initial?.Value ?? default, initial?.Version ?? 0, 0);

    /// <inheritdoc />
    public bool TryAnswer(KeyState state, KeyStep input, KeyAnswer output, out KeyState next)
    {
        next = state;
        if ((output.Existed is { } existed && existed != state.Exists)
            || (output.Item is { } item && (item.Value != state.Value || item.Version != state.Version)))
        {
            return false;
        }

        if (input.Revision > 0)
        {
            if (input.Rank != state.NextRank)
            {
                return false;
            }

            next = next with { NextRank = input.Rank + 1 };
        }

        next = Apply(next, input);
        return true;
    }

    /// <inheritdoc />
    public bool TryExecute(KeyState state, KeyStep input, out KeyState next)
    {
        next = Apply(state, input);
        return next != state;
    }

    private static KeyState Apply(KeyState state, KeyStep input) => input.Kind switch
    {
        KeyStepKind.Put => state with { Exists = true, Value = input.Value, Version = state.Version + 1 },
        KeyStepKind.Delete => state with { Exists = false, Value = default, Version = 0 },
        _ => state,
    };
}
