namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>A file to import.</summary>
/// <param name="Key">Its key: the path relative to the imported directory, with slashes.</param>
/// <param name="Path">Its path.</param>
/// <param name="Length">Its length when it was found, in bytes.</param>
internal sealed record SourceFile(string Key, string Path, long Length);
