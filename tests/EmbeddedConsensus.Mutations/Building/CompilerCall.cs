using System.Collections.Immutable;
using System.Text.Json;
using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations.Building;

/// <summary>
/// The call of the compiler with which a project was built. A mutation changes a few files of a project that is built
/// already: to call the compiler again, with these files exchanged, takes a fraction of a build.
/// </summary>
internal sealed class CompilerCall
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    private readonly string _projectFolder;
    private readonly string _compiler;
    private readonly ImmutableArray<string> _arguments;

    private CompilerCall(string projectFolder, string compiler, ImmutableArray<string> arguments)
    {
        _projectFolder = projectFolder;
        _compiler = compiler;
        _arguments = arguments;
    }

    /// <summary>Asks the build how it calls the compiler for a project.</summary>
    /// <param name="projectFolder">The folder of a project that is built.</param>
    /// <exception cref="MutationException">The build does not tell.</exception>
    public static CompilerCall Of(string projectFolder)
    {
        CommandResult evaluation = Command.Run(
            "dotnet",
            ["msbuild", "-nologo", "-t:Compile", .. ProjectBuild.Properties, "-p:BuildProjectReferences=false",
                "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true",
                // An output that never exists: the compilation counts as due, though everything is up to date.
                "-p:NonExistentFile=never-there",
                "-getItem:CscCommandLineArgs", "-getProperty:RoslynTargetsPath"],
            projectFolder,
            TimeLimit);
        try
        {
            using JsonDocument answer = JsonDocument.Parse(evaluation.Output);
            string roslyn = answer.RootElement.GetProperty("Properties").GetProperty("RoslynTargetsPath").GetString()!;
            ImmutableArray<string> arguments =
            [
                .. answer.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray()
                    .Select(item => item.GetProperty("Identity").GetString()!).Where(IsKept),
            ];
            return arguments.IsEmpty
                ? throw new MutationException($"The build of {projectFolder} compiles nothing.")
                : new CompilerCall(projectFolder, Path.Combine(roslyn, "bincore", "csc.dll"), arguments);
        }
        catch (JsonException)
        {
            throw new MutationException($"{projectFolder} cannot be evaluated:\n{evaluation.Output}");
        }
    }

    /// <summary>Compiles the project with some of its files exchanged.</summary>
    /// <param name="exchanged">For the path of a source file, the path of the file to compile in its place.</param>
    /// <param name="assembly">The path of the assembly to write.</param>
    /// <param name="scratch">A folder for the compiler's response file.</param>
    /// <exception cref="MutationException">It does not compile.</exception>
    public void Compile(IReadOnlyDictionary<string, string> exchanged, string assembly, string scratch)
    {
        string response = Path.Combine(scratch, "compile.rsp");
        File.WriteAllLines(response, _arguments.Select(argument => Quoted(Exchange(argument, exchanged))));
        CommandResult compilation = Command.Run(
            "dotnet",
            ["exec", _compiler, "/noconfig", "/shared", "/nologo", $"/out:{assembly}", $"@{response}"],
            _projectFolder,
            TimeLimit);
        if (!compilation.HasEnded || compilation.ExitCode != 0)
        {
            throw new MutationException($"it does not compile:\n{compilation.Output}");
        }
    }

    // The reference assembly is of no use: nothing that depends on the project is compiled again.
    private static bool IsKept(string argument) =>
        argument != "/noconfig"
        && !argument.StartsWith("/out:", StringComparison.Ordinal)
        && !argument.StartsWith("/refout:", StringComparison.Ordinal);

    private string Exchange(string argument, IReadOnlyDictionary<string, string> exchanged) =>
        argument.EndsWith(".cs", StringComparison.Ordinal)
        && exchanged.TryGetValue(Path.GetFullPath(argument, _projectFolder), out string? other)
            ? other
            : argument;

    private static string Quoted(string argument) =>
        argument.Contains(' ', StringComparison.Ordinal) && !argument.Contains('"', StringComparison.Ordinal)
            ? $"\"{argument}\""
            : argument;
}
