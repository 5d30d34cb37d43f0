using EmbeddedConsensus.Mutations.Catalogue;

namespace EmbeddedConsensus.Mutations.Building;

/// <summary>A copy of the sources in which the suites are built and run, so that the original stays as it is. Deleted
/// when disposed.</summary>
internal sealed class SourceTree : IDisposable
{
    private static readonly string[] Folders = ["build", "src", "tests"];
    private static readonly string[] NotCopied = ["bin", "obj", "TestResults"];

    private SourceTree(string root) => Root = root;

    /// <summary>The folder of the copy.</summary>
    public string Root { get; }

    /// <summary>Finds the sources that this program was built from, upward from its binaries.</summary>
    /// <exception cref="MutationException">There are none.</exception>
    public static string FindOriginal()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EmbeddedConsensus.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new MutationException(
            $"No EmbeddedConsensus.sln lies above {AppContext.BaseDirectory}: run the program from its source tree.");
    }

    /// <summary>Copies the sources below a folder.</summary>
    public static SourceTree Copy(string original)
    {
        SourceTree tree = new(Directory.CreateTempSubdirectory("embedded-consensus-mutations-").FullName);
        foreach (string file in Directory.EnumerateFiles(original))
        {
            File.Copy(file, Path.Combine(tree.Root, Path.GetFileName(file)));
        }

        foreach (string folder in Folders)
        {
            CopyFolder(Path.Combine(original, folder), Path.Combine(tree.Root, folder));
        }

        return tree;
    }

    /// <summary>Copies a folder with all that is in it, except what a build leaves behind.</summary>
    public static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            string name = Path.GetFileName(folder);
            if (!NotCopied.Contains(name))
            {
                CopyFolder(folder, Path.Combine(to, name));
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Root, recursive: true);
}
