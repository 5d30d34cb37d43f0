using System.Buffers;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>A write that a simulated caller makes.</summary>
internal abstract record WriteRequest
{
    /// <summary>The command that stands for it in the log.</summary>
    public abstract Memory<byte> Encode();

    private protected static Memory<byte> Encode(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
