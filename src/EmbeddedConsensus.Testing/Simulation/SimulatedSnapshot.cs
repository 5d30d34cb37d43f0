using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>A published snapshot on a simulated disk.</summary>
/// <param name="Metadata">What it stands for.</param>
/// <param name="Data">Its bytes.</param>
internal sealed record SimulatedSnapshot(SnapshotMetadata Metadata, ReadOnlyMemory<byte> Data);
