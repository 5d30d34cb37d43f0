namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>A file to import.</summary>
/// <param name="Key">Its key: the path below the imported folder, with slashes.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Length">How long it was when it was found, in bytes.</param>
internal sealed record SourceFile(string Key, string Path, long Length);
