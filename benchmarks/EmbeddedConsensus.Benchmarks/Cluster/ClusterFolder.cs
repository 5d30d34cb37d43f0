namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>A temporary folder with a folder for each replica; gone when it is disposed.</summary>
internal sealed class ClusterFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("consensus-load-").FullName;

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
