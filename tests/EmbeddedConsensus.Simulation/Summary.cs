using System.Globalization;
using EmbeddedConsensus.Testing.Simulation;
using EmbeddedConsensus.Testing.Simulation.Faults;
using static System.FormattableString;

namespace EmbeddedConsensus.Simulation;

/// <summary>The totals over all runs.</summary>
internal sealed class Summary(SimulationStatistics all, long seeds, TimeSpan elapsed)
{
    // On a shared machine, this is the figure to compare.
    private static TimeSpan CpuTime => Environment.CpuUsage.TotalTime;

    /// <summary>Prints the summary.</summary>
    public void Write(RunnerOptions options, TextWriter output)
    {
        string failed = Invariant($"{all.UnknownWrites} with an unknown outcome (")
            + Invariant($"{all.ResolvedWrites} of them resolved, {all.RetractedWrites} retracted), ")
            + Invariant($"{all.FailedCalls} refused");
        string members = Invariant($"{all.MembershipChanges} changes done, {all.RefusedChanges} refused, ")
            + Invariant($"{all.Configurations} configurations, {all.JointConfigurations} of them joint; ")
            + Invariant($"{all.RemovedStopped} removed members stopped, {all.RefusedMembers} empty disks refused");
        string consequences = Invariant($"{all.Crashes} crashes, {all.StorageFaults} storage faults, ")
            + Invariant($"{all.RefusedStarts} starts refused for damage, {all.MessagesLost} messages lost, ")
            + Invariant($"{all.MessagesRepeated} repeated, {all.MessagesReordered} overtaken");
        int pointsHit = all.PointsCrashed.Counts().Count(point => point.Count > 0);
        string speed = Invariant($"{seeds / elapsed.TotalSeconds:F1} seeds/s in {elapsed.TotalSeconds:F1} s, ")
            + Invariant($"{seeds / CpuTime.TotalSeconds:F1} seeds a second of CPU time")
            + (options.RunsTwice ? ", each seed run twice" : "");
        output.WriteLine(Invariant($"""
            virtual time     {all.VirtualMicros / 3.6e9:F2} hours, {all.Events} events
            operations       {all.Operations}: {all.Writes} writes, {all.Reads} reads, {failed}
            watch events     {all.WatchEvents}
            leases           {all.LeaseRenewals} renewals by holders, {all.LeasesExpired} of their leases expired
            log              {all.Entries} entries, {all.RepeatedProposals} repeated proposals, {all.Leaders} leaders
            snapshots        {all.SnapshotsTaken} taken, {all.SnapshotsRestored} restored from a leader
            membership       {members}
            faults           {all.Faults.Total} injected: {all.Faults}
            consequences     {consequences}
            crash points     {pointsHit} of {all.PointsCrashed.Counts().Count()} were the end of a process
            speed            {speed}
            """));
        if (options.ShowsCoverage)
        {
            WriteCoverage(output);
        }
    }

    private void WriteCoverage(TextWriter output)
    {
        foreach ((CrashPoint point, long passed) in all.PointsPassed.Counts())
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {point,-24} passed {passed,10} times, {all.PointsCrashed[point],6} crashes"));
        }
    }
}
