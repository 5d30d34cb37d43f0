using System.Diagnostics;

namespace EmbeddedConsensus.Etcd.Tests;

/// <summary>Debian's command line client of etcd.</summary>
internal static class Etcdctl
{
    public static bool IsInstalled => File.Exists("/usr/bin/etcdctl");

    /// <summary>Runs a command to its end.</summary>
    /// <param name="server">The server.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arguments">The command.</param>
    /// <returns>How it ended, and what it printed.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        EtcdServer server, string input, params IEnumerable<string> arguments)
    {
        using Process process = Start(server, arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>Starts a command that runs until it is killed.</summary>
    public static Process Start(EtcdServer server, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("/usr/bin/etcdctl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ETCDCTL_API"] = "3";
        start.ArgumentList.Add($"--endpoints={server.Endpoint.Authority}");
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
