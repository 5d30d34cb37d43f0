using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations.Building;

/// <summary>Builds projects of the copy as they are, without any mutation.</summary>
internal static class ProjectBuild
{
    /// <summary>Where a project's build puts its binaries, relative to the project.</summary>
    public const string BinaryFolder = "bin/Release/net10.0";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>How everything is built. Analyzers and warnings are the gate's business: a bug often leaves something
    /// unused.</summary>
    public static string[] Properties { get; } =
    [
        "-p:Configuration=Release", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false",
        "-p:GenerateDocumentationFile=false",
    ];

    /// <summary>Builds a project with those that it references.</summary>
    /// <exception cref="MutationException">It does not build.</exception>
    public static void Run(SourceTree tree, string project)
    {
        CommandResult build = Command.Run(
            "dotnet", ["build", project, "--nologo", "-v", "q", .. Properties], tree.Root, TimeLimit);
        if (!build.HasEnded || build.ExitCode != 0)
        {
            throw new MutationException($"{project} does not build:\n{build.Output}");
        }
    }
}
