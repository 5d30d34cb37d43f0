using System.Buffers;

namespace EmbeddedConsensus.StateMachine.Snapshots;

/// <summary>Writes one section of a snapshot.</summary>
internal interface ISectionWriter
{
    /// <summary>The section.</summary>
    SectionTag Tag { get; }

    /// <summary>Writes the next piece.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="maxBytes">About how long it may be, in bytes.</param>
    /// <returns>Whether there is more.</returns>
    bool WriteNext(IBufferWriter<byte> output, int maxBytes);
}
