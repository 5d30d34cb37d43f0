using System.Collections.Concurrent;
using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations.Building;

/// <summary>
/// Where one mutation at a time is compiled and run: copies of the suites' binaries, in which the assembly with the bug
/// takes the place of the sound one. Several can share a tree, since they leave its sources as they are.
/// </summary>
internal sealed class Workplace
{
    private readonly SourceTree _tree;
    private readonly ConcurrentDictionary<string, Lazy<CompilerCall>> _compilers;
    private readonly string _root;

    /// <summary>Makes a workplace in a tree.</summary>
    /// <param name="tree">The tree, in which the suites are built.</param>
    /// <param name="number">The workplace's number in the tree.</param>
    /// <param name="compilers">The compiler calls known so far by project; shared by all workplaces of the
    /// tree.</param>
    public Workplace(SourceTree tree, int number, ConcurrentDictionary<string, Lazy<CompilerCall>> compilers)
    {
        _tree = tree;
        _compilers = compilers;
        _root = Path.Combine(tree.Root, $"workplace-{number}");
    }

    /// <summary>The folder with the binaries of a suite, without any bug.</summary>
    public string Binaries(ISuite suite)
    {
        string folder = Path.Combine(_root, Path.GetFileName(suite.Project));
        if (!Directory.Exists(folder))
        {
            SourceTree.CopyFolder(Path.Combine(_tree.Root, suite.Project, ProjectBuild.BinaryFolder), folder);
        }

        return folder;
    }

    /// <summary>Compiles a bug into the binaries of a suite. Disposing what it returns takes the bug out
    /// again.</summary>
    /// <exception cref="MutationException">The mutation does not fit the sources, or does not compile.</exception>
    public IDisposable Apply(Mutation mutation, ISuite suite)
    {
        string binaries = Binaries(suite);
        Restorer restorer = new(_tree, binaries);
        try
        {
            foreach (IGrouping<string, Edit> edits in mutation.Edits.GroupBy(edit => ProjectOf(edit.File)))
            {
                string assembly = Path.Combine(binaries, Path.GetFileName(edits.Key) + ".dll");
                if (!File.Exists(assembly))
                {
                    throw new MutationException($"{suite.Project} does not run {edits.Key}.");
                }

                restorer.Changed(edits.Key);
                CompilerOf(edits.Key).Compile(WriteEdited(edits), assembly, _root);
            }
        }
        catch
        {
            restorer.Dispose();
            throw;
        }

        return restorer;
    }

    private CompilerCall CompilerOf(string project) =>
        _compilers.GetOrAdd(
            project,
            name => new Lazy<CompilerCall>(() => CompilerCall.Of(Path.Combine(_tree.Root, name)))).Value;

    private Dictionary<string, string> WriteEdited(IEnumerable<Edit> edits)
    {
        Dictionary<string, string> edited = [];
        foreach (IGrouping<string, Edit> sameFile in edits.GroupBy(edit => edit.File))
        {
            string original = Path.Combine(_tree.Root, sameFile.Key);
            string copy = Path.Combine(_root, "edited", sameFile.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, Edit.ApplyAll(sameFile, _tree.Root));
            edited.Add(original, copy);
        }

        return edited;
    }

    private static string ProjectOf(string file) => string.Join('/', file.Split('/').Take(2));

    private sealed class Restorer(SourceTree tree, string binaries) : IDisposable
    {
        private readonly List<string> _changed = [];

        public void Changed(string project) => _changed.Add(project);

        public void Dispose()
        {
            foreach (string project in _changed)
            {
                string built = Path.Combine(tree.Root, project, ProjectBuild.BinaryFolder, Path.GetFileName(project));
                string used = Path.Combine(binaries, Path.GetFileName(project));
                File.Copy(built + ".dll", used + ".dll", overwrite: true);
                File.Copy(built + ".pdb", used + ".pdb", overwrite: true);
            }
        }
    }
}
