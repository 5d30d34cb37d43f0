using System.Globalization;

namespace EmbeddedConsensus.Testing.Simulation.Deployments;

/// <summary>What happened in a run, or in several.</summary>
internal sealed class DeploymentStatistics
{
    /// <summary>The processes that were started.</summary>
    public long Starts { get; set; }

    /// <summary>Those that did not start: another member's disk, another list, an address in use.</summary>
    public long FailedStarts { get; set; }

    /// <summary>Those that found out that they may not take part.</summary>
    public long Refusals { get; set; }

    /// <summary>The clusters that acknowledged a write.</summary>
    public long Clusters { get; set; }

    /// <summary>The acknowledged writes.</summary>
    public long Writes { get; set; }

    /// <summary>The linearizable reads that were answered.</summary>
    public long Reads { get; set; }

    /// <summary>The clusters that were started anew at the end, and served.</summary>
    public long Recoveries { get; set; }

    /// <summary>The members that joined then, though their addition had been lost.</summary>
    public long Joins { get; set; }

    /// <summary>Adds those of another run.</summary>
    public void Add(DeploymentStatistics other)
    {
        Starts += other.Starts;
        FailedStarts += other.FailedStarts;
        Refusals += other.Refusals;
        Clusters += other.Clusters;
        Writes += other.Writes;
        Reads += other.Reads;
        Recoveries += other.Recoveries;
        Joins += other.Joins;
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Starts} starts, {FailedStarts} failed, {Refusals} refused; {Clusters} clusters, {Writes} writes, {Reads} "
        + $"reads, {Recoveries} recovered at the end, {Joins} joined then");
}
