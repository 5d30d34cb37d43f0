namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A folder that is removed with its contents.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private static readonly string Root = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"embedded-consensus-{Environment.ProcessId}");

    private static int s_last;

    public TemporaryFolder() => Path = System.IO.Path.Combine(Root, $"{Interlocked.Increment(ref s_last)}");

    /// <summary>The folder's name; it is not created.</summary>
    public string Path { get; }

    /// <summary>Copies all files of a folder to a new one, as a disk would be found after the power failed.</summary>
    public TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        Directory.CreateDirectory(copy.Path);
        foreach (string file in Directory.EnumerateFiles(Path))
        {
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        }

        return copy;
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        if (Directory.Exists(Root) && !Directory.EnumerateFileSystemEntries(Root).Any())
        {
            Directory.Delete(Root);
        }
    }
}
