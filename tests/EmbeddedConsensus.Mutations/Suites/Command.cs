using System.Diagnostics;
using System.Text;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Runs a program and keeps what it wrote.</summary>
internal static class Command
{
    private const int MaxOutputLength = 1 << 20;

    /// <summary>Runs a program to its end, or to the limit of its time; then it and what it started are
    /// killed.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="timeLimit">How long it may take.</param>
    public static CommandResult Run(string program, string[] arguments, string folder, TimeSpan timeLimit)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        StringBuilder output = new();
        using Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool hasEnded = process.WaitForExit(timeLimit);
        if (!hasEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        // Without a limit this also waits for the last lines of output.
        process.WaitForExit();
        lock (output)
        {
            return new CommandResult(hasEnded, process.ExitCode, output.ToString());
        }
    }

    private static void Keep(StringBuilder output, string? line)
    {
        lock (output)
        {
            if (line is null)
            {
                return;
            }

            output.Append(line).Append('\n');
            if (output.Length > MaxOutputLength)
            {
                // The end says how it went.
                output.Remove(0, output.Length - (MaxOutputLength / 2));
            }
        }
    }
}
