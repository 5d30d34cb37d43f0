namespace EmbeddedConsensus.Aot;

/// <summary>A folder that is deleted with all it holds.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ec-aot-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
