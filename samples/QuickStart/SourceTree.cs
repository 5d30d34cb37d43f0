using System.IO.Enumeration;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The files of a directory, without build output and the like.</summary>
internal sealed class SourceTree
{
    private const string Landmark = "EmbeddedConsensus.sln";

    private static readonly HashSet<string> Skipped = new(StringComparer.Ordinal) { ".git", "bin", "obj", "artifacts" };

    private SourceTree(string root, IReadOnlyList<SourceFile> files, IReadOnlyList<SourceFile> tooLarge)
    {
        Root = root;
        Files = files;
        TooLarge = tooLarge;
    }

    /// <summary>The directory.</summary>
    public string Root { get; }

    /// <summary>The files that can be imported, by key.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>The files that are too large for one request.</summary>
    public IReadOnlyList<SourceFile> TooLarge { get; }

    /// <summary>Finds the files of a directory.</summary>
    /// <param name="folder">The directory; null for the source tree of this program.</param>
    /// <param name="maxBytes">The maximum size of a key and its file together.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static SourceTree Scan(string? folder, long maxBytes)
    {
        string root = Path.GetFullPath(folder ?? FindProductRoot());
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"There is no directory '{root}' to import.");
        }

        SourceFile[] all = [.. Enumerate(root).OrderBy(static file => file.Key, StringComparer.Ordinal)];
        return new SourceTree(
            root,
            [.. all.Where(file => WriteBatch.SizeOf(file) <= maxBytes)],
            [.. all.Where(file => WriteBatch.SizeOf(file) > maxBytes)]);
    }

    private static FileSystemEnumerable<SourceFile> Enumerate(string root)
    {
        EnumerationOptions options = new()
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device,
        };
        return new FileSystemEnumerable<SourceFile>(root, (ref entry) => ToSourceFile(root, ref entry), options)
        {
            ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory && !IsSkipped(ref entry),
            ShouldRecursePredicate = static (ref entry) => !IsSkipped(ref entry),
        };
    }

    private static SourceFile ToSourceFile(string root, ref FileSystemEntry entry)
    {
        string path = entry.ToFullPath();
        string key = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
        return new SourceFile(key, path, entry.Length);
    }

    private static bool IsSkipped(ref FileSystemEntry entry) => Skipped.Contains(entry.FileName.ToString());

    private static string FindProductRoot()
    {
        foreach (string start in (ReadOnlySpan<string>)[Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, Landmark)))
                {
                    return folder.FullName;
                }
            }
        }

        throw new DirectoryNotFoundException(
            $"No directory above the current one contains {Landmark}. Name the directory to import: --import DIR.");
    }
}
