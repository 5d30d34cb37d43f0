using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Chaos.Checks;
using EmbeddedConsensus.Chaos.Faults;
using EmbeddedConsensus.Chaos.Load;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos;

/// <summary>A run: rounds of load and faults on one cluster, each followed by its checks.</summary>
/// <param name="options">What to run.</param>
/// <param name="output">Receives the report.</param>
internal sealed class ChaosRun(ChaosOptions options, TextWriter output)
{
    // More elections than any run has time for.
    private const ulong PlausibleTerm = 1_000_000;

    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly CheckBook _checks = new(output);
    private readonly LoadStatistics _statistics = new();

    /// <summary>Runs.</summary>
    /// <param name="cancellationToken">Ends the run after the current round.</param>
    /// <returns>The exit code: 1 when a check failed.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Tell($"seed {options.Seed}, {options.Members} members, {options.Callers} callers each, "
            + $"reads by {(options.Reads == LinearizableReadMode.LeaderLease ? "lease" : "round")}, "
            + $"{options.Duration.TotalSeconds} s");
        ClusterFolders folders = new(Directory.CreateTempSubdirectory("consensus-chaos-").FullName);
        await using (ChaosCluster cluster = new(options.Members, folders, new NodeTraits(options.Seed, options.Reads)))
        {
            FaultInjector faults = new(
                cluster, _checks, options.Seed, options.Only, line => TellIf(options.IsVerbose, line));
            await CompleteAsync("the cluster starts", cluster.StartAsync);
            await CompleteAsync(
                "every round completes", () => RunRoundsAsync(cluster, faults, cancellationToken));
            await CompleteAsync("every process exits", () => StopAllAsync(cluster));
            Summarize(cluster, faults);
        }

        if (_checks.Failed > 0 || options.KeepsFiles)
        {
            Tell($"the files of the run are in {folders.Root}");
        }
        else
        {
            Directory.Delete(folders.Root, recursive: true);
        }

        output.WriteLine($"{_checks.Passed} passed, {_checks.Failed} failed");
        return _checks.Failed > 0 ? 1 : 0;
    }

    private async Task RunRoundsAsync(
        ChaosCluster cluster, FaultInjector faults, CancellationToken cancellationToken)
    {
        int rounds = Math.Max(1, (int)Math.Round(options.Duration / options.RoundDuration));
        long revision = RoundState.Initial.Revision;
        Task<RoundState> checking = Task.FromResult(RoundState.Initial);
        for (int round = 1; round <= rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            await cluster.StartLoadAsync(
                new NodeRequest.StartLoad(round, revision + 1, options.Callers, LoadWatcher.Kinds));
            await using (int.IsEvenInteger(round) && options.Attackers > 0
                ? new Attack(cluster, options.Attackers, options.Seed + round)
                : null)
            {
                await faults.RunAsync(round, options.Duration / rounds);
            }

            revision = await new RoundClosing(cluster, _checks, round).RunAsync(revision + 1);
            if (revision == 0)
            {
                // Without an end revision there is nothing to check against and nothing to continue from.
                break;
            }

            Tell($"round {round} of {rounds}: revision {revision}, {faults.Journal.Count} faults so far");
            checking = CheckConcurrentlyAsync(checking, new RoundCheck(
                cluster.Folders, [.. cluster.Members.Select(static member => member.Id)], _checks, round));
        }

        await checking;
    }

    /// <summary>Runs a step. A failure is a finding like any other, and the summary is still printed.</summary>
    private async Task CompleteAsync(string name, Func<Task> act)
    {
        string? failure = null;
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is InvalidOperationException or NodeUnavailableException
            or TimeoutException or IOException or FormatException)
        {
            failure = exception.ToString();
        }

        _checks.Note(0, name, failure);
    }

    /// <summary>Checks a round while the next one runs.</summary>
    private async Task<RoundState> CheckConcurrentlyAsync(Task<RoundState> before, RoundCheck check)
    {
        RoundState state = await before;
        return await Task.Run(() => check.Run(state, _statistics));
    }

    private async Task StopAllAsync(ChaosCluster cluster)
    {
        bool[] areClean = await Task.WhenAll(cluster.Members.Select(static member => member.StopAsync()));
        for (int i = 0; i < areClean.Length; i++)
        {
            _checks.Note(
                0, "a member stops when asked to",
                areClean[i] ? null : $"Member {cluster.Members[i].Id} did not stop in time.");
        }

        _checks.Note(
            0, "no process exits on its own and no term has two leaders",
            cluster.Observer.Problems.Count == 0 ? null : string.Join(Environment.NewLine, cluster.Observer.Problems));
        _checks.Note(
            0, "every term is one that elections have reached",
            cluster.Observer.HighestTerm <= PlausibleTerm
                ? null
                : $"A member is in term {cluster.Observer.HighestTerm}.");
    }

    private void Summarize(ChaosCluster cluster, FaultInjector faults)
    {
        output.WriteLine();
        Tell($"load: {_statistics.Calls:N0} calls in {_statistics.LoadTime.TotalSeconds:F0} s, "
            + $"{_statistics.CallsPerSecond:N0}/s");
        WriteLines(_statistics.ToLines());
        Tell($"  {_statistics.Watches:N0} watches received {_statistics.WatchEvents:N0} events; the longest period "
            + $"without a successful write was {_statistics.LongestWithoutWrite.TotalSeconds:F1} s");
        output.WriteLine();
        Tell($"faults: {faults.Journal.Count}, of {faults.Journal.Kinds} kinds");
        WriteLines(faults.Journal.ToLines());
        output.WriteLine();
        Tell($"members:");
        WriteLines(TextTable.Of(
        [
            ["processes started", TextTable.Of(cluster.Starts)],
            ["terms with a leader seen", TextTable.Of(cluster.Observer.Elections)],
            ["snapshots seen", TextTable.Of(cluster.Observer.Snapshots)],
            .. cluster.Observer.Deeds.OrderBy(static deed => deed.Key, StringComparer.Ordinal)
                .Select(static deed => (string[])[deed.Key, TextTable.Of(deed.Value)]),
        ]));
        output.WriteLine();
        Tell($"checks, after {_time.Elapsed.TotalSeconds:F0} s; the longest of a round's calls took "
            + $"{_statistics.LongestCheck.TotalSeconds:F1} s:");
        WriteLines(_checks.ToLines());
    }

    private void WriteLines(IReadOnlyList<string> lines)
    {
        foreach (string line in lines)
        {
            output.WriteLine(line);
        }
    }

    private void TellIf(bool isWanted, string line)
    {
        if (isWanted)
        {
            Tell($"{_time.Elapsed.TotalSeconds:F1} s: {line}");
        }
    }

    private void Tell(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private void Tell(string line) => output.WriteLine(line);
}
