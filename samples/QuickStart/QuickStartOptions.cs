using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The command line.</summary>
internal sealed record QuickStartOptions
{
    /// <summary>The usage text.</summary>
    public const string Usage = """
        Usage: QuickStart [--import DIR] [--data DIR]
          --import DIR   the directory to import; by default the source tree of EmbeddedConsensus
          --data DIR     the directory of the replicas' data, which must be new or empty; by default a
                         temporary one that is deleted at the end
          --help         shows this text
        """;

    /// <summary>The directory to import; null for this repository.</summary>
    public string? ImportFolder { get; private init; }

    /// <summary>The directory for the data; null for a temporary one.</summary>
    public string? DataFolder { get; private init; }

    /// <summary>Whether to print the usage only.</summary>
    public bool ShowsHelp { get; private init; }

    /// <summary>Parses the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="options">The options.</param>
    /// <param name="problem">The error, if there is one.</param>
    public static bool TryParse(
        ReadOnlySpan<string> args,
        [NotNullWhen(true)] out QuickStartOptions? options,
        [NotNullWhen(false)] out string? problem)
    {
        options = new QuickStartOptions();
        problem = null;
        while (problem is null && !args.IsEmpty)
        {
            string name = args[0];
            args = args[1..];
            switch (name)
            {
                case "--help" or "-h":
                    options = options with { ShowsHelp = true };
                    break;
                case "--import" when TryTake(name, ref args, out string? folder, out problem):
                    options = options with { ImportFolder = folder };
                    break;
                case "--data" when TryTake(name, ref args, out string? folder, out problem):
                    options = options with { DataFolder = folder };
                    break;
                default:
                    problem ??= $"Unknown option '{name}'.";
                    break;
            }
        }

        return problem is null;
    }

    private static bool TryTake(
        string name, ref ReadOnlySpan<string> args, [NotNullWhen(true)] out string? value, out string? problem)
    {
        if (args.IsEmpty || string.IsNullOrWhiteSpace(args[0]))
        {
            value = null;
            problem = $"{name} needs a directory.";
            return false;
        }

        value = args[0];
        problem = null;
        args = args[1..];
        return true;
    }
}
