using System.Security.Cryptography;
using System.Text;

namespace EmbeddedConsensus.Replica;

/// <summary>The hash of a cluster's name, by which the transport tells clusters apart.</summary>
internal static class ClusterIdentity
{
    /// <summary>The id of the cluster with a name: the same in every process.</summary>
    public static ulong Of(string clusterName) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(clusterName)));
}
