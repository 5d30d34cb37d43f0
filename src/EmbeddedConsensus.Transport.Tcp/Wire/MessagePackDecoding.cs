using MessagePack;

namespace EmbeddedConsensus.Transport.Tcp.Wire;

/// <summary>Reads one value from bytes of a peer.</summary>
/// <typeparam name="TState">What the decoding needs besides the bytes.</typeparam>
/// <typeparam name="T">The value.</typeparam>
internal delegate T MessagePackDecoding<in TState, out T>(ref MessagePackReader reader, TState state);
