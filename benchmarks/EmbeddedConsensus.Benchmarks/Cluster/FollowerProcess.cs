using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace EmbeddedConsensus.Benchmarks.Cluster;

/// <summary>A follower in its own process: this program, started again. It exits when its standard input closes, so it
/// never outlives its parent.</summary>
internal sealed class FollowerProcess : IDisposable
{
    /// <summary>The hidden subcommand.</summary>
    public const string CommandName = "cluster-follower";

    private const string HandOver = "hand-over";
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(10);

    private static readonly Option<int> Member = new("--member");
    private static readonly Option<int[]> Ports = new("--ports") { AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Folder = new("--folder");

    private readonly Process _process;

    private FollowerProcess(Process process) => _process = process;

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The subcommand that the process runs.</summary>
    public static Command BuildCommand()
    {
        Command command = new(CommandName) { Member, Ports, Folder };
        command.Hidden = true;
        command.SetAction(static (parsed, cancellationToken) => ServeAsync(
            parsed.GetValue(Member), parsed.GetValue(Ports) ?? [], parsed.GetValue(Folder), cancellationToken));
        return command;
    }

    /// <summary>Starts a follower.</summary>
    /// <param name="member">Its number.</param>
    /// <param name="ports">The ports of all replicas, in order.</param>
    /// <param name="folder">The directory for all replicas' directories; null to keep the data in memory.</param>
    public static FollowerProcess Start(int member, IReadOnlyList<int> ports, string? folder)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        ProcessStartInfo start = new(self) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        start.ArgumentList.Add(CommandName);
        start.ArgumentList.Add(Member.Name);
        start.ArgumentList.Add(member.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(Ports.Name);
        foreach (int port in ports)
        {
            start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        }

        if (folder is not null)
        {
            start.ArgumentList.Add(Folder.Name);
            start.ArgumentList.Add(folder);
        }

        return new FollowerProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"'{self}' did not start."));
    }

    /// <summary>Asks it to transfer leadership to the first member, if it leads.</summary>
    public void TellToHandOver()
    {
        _process.StandardInput.WriteLine(HandOver);
        _process.StandardInput.Flush();
    }

    /// <summary>Kills the process and waits until it has exited.</summary>
    public void Dispose()
    {
        _process.StandardInput.Dispose();
        if (!_process.WaitForExit(ExitTimeout))
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static async Task<int> ServeAsync(
        int member, int[] ports, string? folder, CancellationToken cancellationToken)
    {
        await using LoadReplica replica = await LoadReplica.StartAsync(
            member, ports, folder, LinearizableReadMode.QuorumRound, cancellationToken);
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == HandOver && replica.Store.Status.IsLeader)
            {
                await HandOverAsync(replica, cancellationToken);
            }
        }

        return 0;
    }

    private static async Task HandOverAsync(LoadReplica replica, CancellationToken cancellationToken)
    {
        try
        {
            await replica.Maintenance.TransferLeadershipAsync(new MemberId(1), cancellationToken);
        }
        catch (Exception exception) when (exception is NotLeaderException or LeadershipTransferException)
        {
            // The parent asks again until it leads.
            await Console.Error.WriteLineAsync(exception.Message);
        }
    }
}
