namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The directory that contains the members' directories; a temporary one is deleted on disposal.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly bool _isTemporary;

    private DataFolder(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Its path, and whether it is deleted at the end.</summary>
    public string Description => _isTemporary ? $"in {Path}, deleted at the end" : $"in {Path}";

    /// <summary>Opens the directory that the user named, or a temporary one.</summary>
    /// <param name="named">The user's directory, or null.</param>
    /// <exception cref="IOException">The directory is not empty.</exception>
    public static DataFolder Open(string? named)
    {
        if (named is null)
        {
            return new DataFolder(Directory.CreateTempSubdirectory("quickstart-").FullName, isTemporary: true);
        }

        string path = Directory.CreateDirectory(named).FullName;
        return Directory.EnumerateFileSystemEntries(path).Any()
            ? throw new IOException($"'{path}' is not empty. The run starts with a new cluster: name a new directory.")
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
