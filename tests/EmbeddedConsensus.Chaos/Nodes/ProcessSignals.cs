using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Stops and continues processes.</summary>
internal static partial class ProcessSignals
{
    private static readonly (int Stop, int Continue) Numbers = OperatingSystem.IsMacOS() ? (17, 19) : (19, 18);

    /// <summary>Whether the system knows these signals.</summary>
    public static bool AreAvailable => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Stops a process (SIGSTOP).</summary>
    /// <param name="processId">The process.</param>
    public static void Pause(int processId) => Send(processId, Numbers.Stop);

    /// <summary>Resumes a stopped process (SIGCONT).</summary>
    /// <param name="processId">The process.</param>
    public static void Resume(int processId) => Send(processId, Numbers.Continue);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
        {
            throw new InvalidOperationException(
                $"Signal {signal} did not reach process {processId}: "
                + new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
