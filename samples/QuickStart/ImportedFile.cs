namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>A file that is in the store.</summary>
/// <param name="Source">The file.</param>
/// <param name="Length">How many bytes were read from it.</param>
/// <param name="Digest">The SHA-256 of those bytes: distinguishes a file that was edited since from a wrong
/// value.</param>
internal sealed record ImportedFile(SourceFile Source, int Length, byte[] Digest);
