namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>A temporary directory with one directory per replica; deleted on disposal.</summary>
internal sealed class ClusterFolder : IDisposable
{
    /// <summary>Its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("consensus-load-").FullName;

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
