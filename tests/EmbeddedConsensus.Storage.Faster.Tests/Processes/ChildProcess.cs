using System.Diagnostics;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A process of this program's own that has a folder open.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts the process.</summary>
    /// <param name="folder">The folder that it opens.</param>
    /// <param name="appends">How many entries it appends.</param>
    /// <param name="wrapper">A program to run it under, with its arguments, or none.</param>
    public ChildProcess(string folder, ulong appends, params ReadOnlySpan<string> wrapper)
        : this([.. wrapper, "dotnet", "exec", typeof(Program).Assembly.Location, "append", folder, $"{appends}"])
    {
    }

    private ChildProcess(string[] command)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in command.AsSpan(1))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Starts a process that runs <see cref="CommandedStore"/>.</summary>
    /// <param name="folder">The folder that it opens.</param>
    /// <param name="wrapper">A program to run it under, with its arguments, or none.</param>
    public static ChildProcess StartCommanded(string folder, params ReadOnlySpan<string> wrapper) =>
        new([.. wrapper, "dotnet", "exec", typeof(Program).Assembly.Location, "command", folder]);

    /// <summary>Sends a command and returns the answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        return await ReadLineAsync() ?? "";
    }

    public Task<string?> ReadLineAsync() =>
        _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Kills the process as SIGKILL does, and returns its remaining output.</summary>
    public async Task<string[]> KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        return (await _process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Lets the process end by itself.</summary>
    public async Task FinishAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
