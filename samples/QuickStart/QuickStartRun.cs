using System.Diagnostics;
using Spectre.Console;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>
/// The run: a cluster of three imports files, loses its leader half-way, continues, gets the lost member back, and is
/// verified.
/// </summary>
/// <param name="options">The command line.</param>
/// <param name="console">Shows progress.</param>
internal sealed class QuickStartRun(QuickStartOptions options, IAnsiConsole console)
{
    // The store needs part of a request for itself.
    private static readonly long MaxFileBytes = new ConsensusStoreOptions().MaxRequestBytes - (4 << 10);
    private static readonly TimeSpan WatchDeadline = TimeSpan.FromMinutes(1);

    private readonly QuickStartReport _report = new();

    /// <summary>Runs and returns the report. The cluster is stopped afterwards.</summary>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task<QuickStartReport> RunAsync(CancellationToken cancellationToken)
    {
        SourceTree tree = SourceTree.Scan(options.ImportFolder, MaxFileBytes);
        if (tree.Files.Count == 0)
        {
            throw new IOException($"'{tree.Root}' holds no file to import.");
        }

        using DataFolder folder = DataFolder.Open(options.DataFolder);
        await using LocalCluster cluster = new(folder.Path);
        TimeSpan ready = await cluster.StartAsync(cancellationToken);
        _report.Add("Three replicas started", folder.Description, ready);

        // The app embeds a follower, so it survives the leader.
        ClusterMember leader = await cluster.WaitForLeaderAsync(cancellationToken);
        ClusterMember app = cluster.Members.First(member => member != leader);
        RevisionWatcher watcher = new(app.Store, app.Store.Status.Revision + 1);
        Task watching = watcher.RunAsync(cancellationToken);

        WrittenData written = await WriteThroughFailureAsync(cluster, leader, app, tree, cancellationToken);
        TimeSpan caughtUp = await cluster.BringBackAsync(leader.Id, cancellationToken);
        _report.Add($"Member {leader.Id} returned", "from its own disk, and caught up", caughtUp);
        await watching.WaitAsync(WatchDeadline, cancellationToken);
        await VerifyAsync(cluster, new Verifier(written), watcher, cancellationToken);
        return _report;
    }

    private async Task<WrittenData> WriteThroughFailureAsync(
        LocalCluster cluster, ClusterMember leader, ClusterMember app, SourceTree tree,
        CancellationToken cancellationToken)
    {
        long firstRevision = app.Store.Status.Revision + 1;
        Importer importer = new(app.Store, MaxFileBytes);
        PulseWriter pulse = new(app.Store);
        using CancellationTokenSource stopPulse = new();
        Task pulsing = pulse.RunAsync(stopPulse.Token, cancellationToken);

        long start = Stopwatch.GetTimestamp();
        TimeSpan leaderless = await ImportAsync(cluster, leader, importer, tree.Files, cancellationToken);
        TimeSpan imported = Stopwatch.GetElapsedTime(start);

        await stopPulse.CancelAsync();
        await pulsing;
        DeleteResult last = await app.Store.DeleteAsync(PulseWriter.Key, null, cancellationToken);

        ReportImport(tree, importer, imported);
        _report.Add($"Member {leader.Id}, the leader, was cut off", "half-way: time without a leader", leaderless);
        _report.Add(
            "Longest wait of a write",
            $"the slowest of {pulse.Revisions.Count:N0} puts to one key",
            pulse.LongestPut);
        return new WrittenData(
            firstRevision, last.Revision, importer.Imported, importer.Transactions, pulse.Revisions);
    }

    private async Task<TimeSpan> ImportAsync(
        LocalCluster cluster, ClusterMember leader, Importer importer, IReadOnlyList<SourceFile> files,
        CancellationToken cancellationToken)
    {
        TimeSpan leaderless = default;
        await console.Progress().StartAsync(async progress =>
        {
            ProgressTask bar = progress.AddTask($"Importing {files.Count:N0} files", maxValue: files.Count);
            int half = files.Count / 2;
            await importer.ImportAsync(files.Take(half), count => bar.Increment(count), cancellationToken);

            Task<TimeSpan> cut = cluster.CutOffAsync(leader, cancellationToken);
            await importer.ImportAsync(files.Skip(half), count => bar.Increment(count), cancellationToken);
            leaderless = await cut;
        });
        return leaderless;
    }

    private async Task VerifyAsync(
        LocalCluster cluster, Verifier verifier, RevisionWatcher watcher, CancellationToken cancellationToken)
    {
        foreach (ClusterMember member in cluster.Members)
        {
            // From here on it has every acknowledged write; verify its own copy.
            await member.Store.WaitForReadyAsync(cancellationToken);
            _report.Add(await verifier.CheckFilesAsync(member, cancellationToken));
            _report.Add(await verifier.CheckHistoryAsync(member, cancellationToken));
        }

        _report.Add(await verifier.CheckHashesAsync(cluster.Members, cancellationToken));
        _report.Add(verifier.CheckExactlyOnce());
        _report.Add(verifier.CheckWatch(watcher));
    }

    private void ReportImport(SourceTree tree, Importer importer, TimeSpan took)
    {
        double mebibytes = importer.Imported.Sum(static file => (long)file.Length) / (1024.0 * 1024.0);
        _report.Add(
            $"{importer.Imported.Count:N0} files imported",
            $"{mebibytes:N1} MiB in {importer.Transactions:N0} transactions",
            took);
        foreach (SourceFile file in tree.TooLarge)
        {
            _report.AddSkipped($"{file.Key}: {file.Length:N0} bytes are more than a request may have");
        }

        foreach (string skipped in importer.Skipped)
        {
            _report.AddSkipped(skipped);
        }
    }
}
