using EmbeddedConsensus.Testing.Transport;

namespace EmbeddedConsensus.Testing.Tests.Clusters;

/// <summary>The network of a test cluster is a transport like any other.</summary>
public sealed class ClusterTransportTests
{
    public static TheoryData<string> Names => [.. TransportConformance.Checks.Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task The_transport_of_a_test_cluster_conforms(string name) =>
        TransportConformance.Find(name).RunAsync(() => new ClusterConformanceNetwork());
}
