namespace EmbeddedConsensus.Architecture.Tests;

/// <summary>The sources of the repository that the tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string[] Skipped = ["bin", "obj"];

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The C# files below some folders, given relative to the root.</summary>
    public static IEnumerable<SourceFile> Files(params string[] folders) =>
        folders.SelectMany(Folders)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs"))
            .Select(path => new SourceFile(Relative(path), File.ReadAllLines(path)));

    /// <summary>Some folders and all below them, without build output.</summary>
    public static IEnumerable<string> Folders(string folder)
    {
        string path = Path.Combine(Root, folder);
        return !Directory.Exists(path)
            ? []
            : Directory.EnumerateDirectories(path)
                .Where(child => !Skipped.Contains(Path.GetFileName(child)))
                .SelectMany(Folders)
                .Prepend(path);
    }

    /// <summary>A path relative to the root, with slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EmbeddedConsensus.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
