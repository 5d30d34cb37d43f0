using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmbeddedConsensus.Testing;

/// <summary>How a <see cref="ConsensusTestCluster"/> is set up.</summary>
public sealed class ConsensusTestClusterOptions
{
    /// <summary>The seed of elections, losses and delays. Default: 1, the same for every run, so that a passing test
    /// keeps passing. A theory over several seeds covers more.</summary>
    public ulong Seed { get; set; } = 1;

    /// <summary>Configures every member's store, after the cluster's own settings. The cluster chooses the members and
    /// their ids. Default: nothing.</summary>
    public Action<ConsensusStoreOptions>? ConfigureStore { get; set; }

    /// <summary>How much virtual time a wait may take when the call says nothing else. Positive. Default: 1
    /// minute.</summary>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long, in real time, a call to a store may wait while virtual time stands still, before it fails
    /// with a hint: the test has forgotten to let time pass. Positive. Default: 30 s.</summary>
    public TimeSpan StallLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the replicas report. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Checks the values.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TimeLimit, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallLimit, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
