using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>The command line.</summary>
internal sealed record QuickStartOptions
{
    /// <summary>What the command line may look like.</summary>
    public const string Usage = """
        Usage: QuickStart [--import DIR] [--data DIR]
          --import DIR   the folder whose files are imported; by default the source tree of EmbeddedConsensus
          --data DIR     keeps the replicas' data in DIR, which must be new or empty; by default it goes to a
                         temporary folder that is deleted at the end
          --help         shows this text
        """;

    /// <summary>The folder to import; null for the source tree of the product.</summary>
    public string? ImportFolder { get; private init; }

    /// <summary>The folder that keeps the data; null for a temporary one.</summary>
    public string? DataFolder { get; private init; }

    /// <summary>Whether only the usage is asked for.</summary>
    public bool ShowsHelp { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="options">What they say.</param>
    /// <param name="problem">What is wrong with them.</param>
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
            problem = $"{name} needs a folder behind it.";
            return false;
        }

        value = args[0];
        problem = null;
        args = args[1..];
        return true;
    }
}
