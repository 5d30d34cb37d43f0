using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Compacts the history.</summary>
internal sealed record CompactRequest(long Revision) : WriteRequest
{
    /// <inheritdoc />
    public override Memory<byte> Encode() => Encode(output => CommandEncoder.WriteCompact(output, Revision));
}
