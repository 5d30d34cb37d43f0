using System.ComponentModel;
using System.Diagnostics;

namespace EmbeddedConsensus.Transport.Tcp.Tests.MessagePack;

/// <summary>Runs scripts with a Python that has Debian's msgpack: an implementation that is not ours.</summary>
internal static class PythonMessagePack
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a script that lies beside the tests, and returns the lines that it writes.</summary>
    public static async Task<string[]> RunAsync(string script, IEnumerable<string> input)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "MessagePack", script);
        return await StartAsync(await FindAsync(), [path], string.Join('\n', input) + "\n")
            ?? throw new InvalidOperationException($"Python could not run {script}.");
    }

    private static async Task<string> FindAsync()
    {
        foreach (string python in (string[])["python3", "/usr/bin/python3"])
        {
            if (await StartAsync(python, ["-c", "import msgpack"], "") is not null)
            {
                return python;
            }
        }

        Assert.Fail("No Python with msgpack found. Install it: apt-get install -y python3-msgpack");
        return "";
    }

    // Null when the program is missing or fails.
    private static async Task<string[]?> StartAsync(string python, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            using var deadline = new CancellationTokenSource(Limit);
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            string text = await output;
            await errors;
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0 ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
