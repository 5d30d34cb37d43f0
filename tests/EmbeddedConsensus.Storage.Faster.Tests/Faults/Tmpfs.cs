using System.Diagnostics;

namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A small disk in memory, mounted over a folder; only root can have one.</summary>
internal sealed class Tmpfs : IDisposable
{
    private readonly string _folder;

    private Tmpfs(string folder) => _folder = folder;

    /// <summary>Mounts a disk.</summary>
    /// <param name="folder">Where; created when it is missing.</param>
    /// <param name="kibibytes">How much it holds.</param>
    /// <returns>The disk, or null where mounting is not allowed.</returns>
    public static Tmpfs? TryMount(string folder, int kibibytes)
    {
        Directory.CreateDirectory(folder);
        return Run("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", folder) ? new Tmpfs(folder) : null;
    }

    /// <summary>Fills it with a file until so many bytes are free.</summary>
    /// <returns>The file.</returns>
    public string Fill(long free)
    {
        string ballast = Path.Combine(_folder, "lost+found");
        using FileStream file = File.Create(ballast);
        byte[] page = new byte[4096];
        while (new DriveInfo(_folder).AvailableFreeSpace > free)
        {
            file.Write(page);
            file.Flush();
        }

        return ballast;
    }

    /// <summary>Makes it read-only; no file may be open for writing.</summary>
    public void MakeReadOnly() => Assert.True(Run("mount", "-o", "remount,ro", _folder));

    /// <summary>Takes it away under the programs that use it.</summary>
    public void Detach() => Assert.True(Run("umount", "-l", _folder));

    public void Dispose() => Run("umount", _folder);

    /// <summary>Runs a program of the machine.</summary>
    /// <returns>Whether it succeeded.</returns>
    public static bool Run(string program, params ReadOnlySpan<string> arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
