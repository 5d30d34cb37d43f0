using System.Diagnostics;
using System.Text;

namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>Runs a program and captures its output.</summary>
internal static class Command
{
    private const int MaxOutputLength = 1 << 20;

    /// <summary>Runs a program until it exits or its time is up; then it and its children are killed.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="timeLimit">How long it may run.</param>
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
                // The end of the output has the result.
                output.Remove(0, output.Length - (MaxOutputLength / 2));
            }
        }
    }
}
