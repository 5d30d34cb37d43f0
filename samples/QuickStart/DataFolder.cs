namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The folder that holds the members' folders; a temporary one goes with this object.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly bool _isTemporary;

    private DataFolder(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Where it is, and what becomes of it.</summary>
    public string Description => _isTemporary ? $"in {Path}, deleted at the end" : $"in {Path}";

    /// <summary>Opens the folder that the user named, or a temporary one.</summary>
    /// <param name="named">What the user named, or null.</param>
    /// <exception cref="IOException">The folder holds something already.</exception>
    public static DataFolder Open(string? named)
    {
        if (named is null)
        {
            return new DataFolder(Directory.CreateTempSubdirectory("quickstart-").FullName, isTemporary: true);
        }

        string path = Directory.CreateDirectory(named).FullName;
        return Directory.EnumerateFileSystemEntries(path).Any()
            ? throw new IOException($"'{path}' is not empty. The run starts with a new cluster: name a new folder.")
            : new DataFolder(path, isTemporary: false);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
