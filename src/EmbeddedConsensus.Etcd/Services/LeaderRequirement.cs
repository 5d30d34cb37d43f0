using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>The metadata by which a client asks for an error when this member knows no leader.</summary>
internal static class LeaderRequirement
{
    /// <summary>Whether the client asks for it.</summary>
    public static bool IsSet(ServerCallContext context) => context.RequestHeaders.GetValue("hasleader") is "true";
}
