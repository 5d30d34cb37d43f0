using System.Diagnostics;
using System.Globalization;

namespace EmbeddedConsensus.Chaos.Nodes;

/// <summary>Stops and continues processes, by the system's <c>kill</c>.</summary>
internal static class ProcessSignals
{
    /// <summary>Whether the system knows signals.</summary>
    public static bool AreAvailable => !OperatingSystem.IsWindows();

    /// <summary>Stops a process where it stands (SIGSTOP).</summary>
    /// <param name="processId">The process.</param>
    public static void Pause(int processId) => Send("-STOP", processId);

    /// <summary>Lets a stopped process go on (SIGCONT).</summary>
    /// <param name="processId">The process.</param>
    public static void Resume(int processId) => Send("-CONT", processId);

    private static void Send(string signal, int processId)
    {
        using Process kill = Process.Start("kill", [signal, processId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"kill {signal} {processId} failed with {kill.ExitCode}.");
        }
    }
}
