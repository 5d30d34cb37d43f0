using System.ComponentModel;
using System.Diagnostics;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>A member's disk: a small in-memory file system where mounting one is permitted, otherwise a directory on
/// the machine's disk. Only the former can be filled.</summary>
internal sealed class MemberDisk : IDisposable
{
    private const int Mebibytes = 64;
    private const int ChunkBytes = 64 << 10;

    private readonly string _root;
    private readonly string _filler;

    /// <summary>A disk.</summary>
    /// <param name="root">The mount point; created if it is missing.</param>
    public MemberDisk(string root)
    {
        _root = root;
        _filler = Path.Combine(root, "filler");
        Directory.CreateDirectory(root);
        CanBeFull = OperatingSystem.IsLinux()
            && Run("mount", "-t", "tmpfs", "-o", $"size={Mebibytes}m", "tmpfs", root);
    }

    /// <summary>Whether <see cref="Fill"/> works.</summary>
    public bool CanBeFull { get; }

    /// <summary>The member's directory on it.</summary>
    public string Folder => Path.Combine(_root, "data");

    /// <summary>Takes all remaining space.</summary>
    /// <returns>The number of bytes taken.</returns>
    public long Fill()
    {
        using FileStream filler = new(_filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] chunk = new byte[ChunkBytes];
        for (int bytes = ChunkBytes; bytes > 0;)
        {
            try
            {
                filler.Write(chunk, 0, bytes);
            }
            catch (IOException)
            {
                // Down to the last byte.
                bytes /= 2;
            }
        }

        return filler.Length;
    }

    /// <summary>Releases the space.</summary>
    public void Free() => File.Delete(_filler);

    /// <inheritdoc />
    public void Dispose()
    {
        if (CanBeFull)
        {
            Run("umount", _root);
        }
    }

    private static bool Run(string program, params ReadOnlySpan<string> arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using Process process = Process.Start(start)
                ?? throw new InvalidOperationException($"'{program}' did not start.");
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // The program is not installed.
            return false;
        }
    }
}
