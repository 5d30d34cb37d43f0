namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A folder that is removed with its contents.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("embedded-consensus-").FullName;

    public TemporaryFolder() => Path = System.IO.Path.Combine(_parent, "member");

    /// <summary>The folder's name; it is not created.</summary>
    public string Path { get; }

    /// <summary>Copies all files of a folder to a new one, as a disk would be found after the power failed.</summary>
    public TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        Directory.CreateDirectory(copy.Path);
        foreach (string file in Directory.EnumerateFiles(Path)
            .Where(file => System.IO.Path.GetFileName(file) != "lock"))
        {
            using var source = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream target = File.Create(System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
            source.CopyTo(target);
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
