using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>A register that is read (0), set (a positive number) or incremented (-1); each call returns the previous
/// value.</summary>
internal sealed class CounterModel : ISequentialModel<int, int, int>
{
    public int InitialState => 0;

    public bool TryAnswer(int state, int input, int output, out int next)
    {
        next = Next(state, input);
        return state == output;
    }

    public bool TryExecute(int state, int input, out int next)
    {
        next = Next(state, input);
        return next != state;
    }

    public static int Next(int state, int input) => input < 0 ? state + 1 : input > 0 ? input : state;
}
