using EmbeddedConsensus.Mutations.Catalogue;

namespace EmbeddedConsensus.Mutations;

/// <summary>A copy of the sources that can be changed and built without touching the original. Deleted on
/// disposal.</summary>
internal sealed class SourceTree : IDisposable
{
    private static readonly string[] Folders = ["src", "tests"];
    private static readonly string[] NotCopied = ["bin", "obj", "TestResults"];

    private readonly Stack<(string Path, byte[] Contents)> _originals = new();

    private SourceTree(string root) => Root = root;

    /// <summary>The root of the copy.</summary>
    public string Root { get; }

    /// <summary>Finds the sources of this program, upward from its binaries.</summary>
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

    /// <summary>Copies the sources.</summary>
    /// <param name="original">The root of the sources.</param>
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

    /// <summary>Applies a bug to the copy. Disposing the result reverts it, together with everything replaced
    /// since.</summary>
    /// <param name="mutation">The bug.</param>
    /// <exception cref="MutationException">It does not apply to the sources.</exception>
    public IDisposable Apply(Mutation mutation)
    {
        Restorer restorer = new(_originals);
        try
        {
            foreach (Edit edit in mutation.Edits)
            {
                string path = Path.Combine(Root, edit.File);
                if (!File.Exists(path))
                {
                    throw new MutationException($"There is no {edit.File}.");
                }

                string changed = edit.ApplyTo(File.ReadAllText(path));
                Remember(path);
                File.WriteAllText(path, changed);
            }
        }
        catch
        {
            restorer.Dispose();
            throw;
        }

        return restorer;
    }

    /// <summary>Replaces a file until the bug is reverted.</summary>
    /// <param name="file">The file, relative to the root.</param>
    /// <param name="by">The file to copy, relative to the root.</param>
    public void Replace(string file, string by)
    {
        string path = Path.Combine(Root, file);
        Remember(path);
        File.Copy(Path.Combine(Root, by), path, overwrite: true);
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static void CopyFolder(string from, string to)
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

    private void Remember(string path) => _originals.Push((path, File.ReadAllBytes(path)));

    private sealed class Restorer(Stack<(string Path, byte[] Contents)> originals) : IDisposable
    {
        public void Dispose()
        {
            while (originals.TryPop(out (string Path, byte[] Contents) original))
            {
                File.WriteAllBytes(original.Path, original.Contents);
            }
        }
    }
}
