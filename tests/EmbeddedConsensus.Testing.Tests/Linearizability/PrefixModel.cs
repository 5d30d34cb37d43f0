using System.Collections.Immutable;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>A whole store as a sequential object: its state is the list of executed calls, and each step executes all
/// of them again on the simulator's model. Slow, and as simple as possible.</summary>
internal sealed class PrefixModel : ISequentialModel<PrefixModel.Prefix, Operation, OperationResult>
{
    public Prefix InitialState { get; } = new([]);

    public bool TryAnswer(Prefix state, Operation input, OperationResult output, out Prefix next)
    {
        next = new Prefix(state.Operations.Add(input));
        bool hidesRevision = output is RangeOperationResult { Result.Revision: 0 };
        OperationResult expected = SequentialStore.Replay(state.Operations).Execute(input, hidesRevision);
        return SequentialStore.AreEqual(expected, output);
    }

    public bool TryExecute(Prefix state, Operation input, out Prefix next)
    {
        next = new Prefix(state.Operations.Add(input));
        SequentialStore store = SequentialStore.Replay(state.Operations);
        long before = store.Revision;
        store.Execute(input, hidesRevision: false);
        return store.Revision > before;
    }

    public readonly record struct Prefix(ImmutableList<Operation> Operations);
}
