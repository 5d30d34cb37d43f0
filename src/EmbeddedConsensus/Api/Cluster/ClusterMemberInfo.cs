using System.Diagnostics.CodeAnalysis;

namespace EmbeddedConsensus;

/// <summary>What the cluster knows about one member.</summary>
public sealed record ClusterMemberInfo
{
    /// <summary>A member to be set.</summary>
    public ClusterMemberInfo()
    {
    }

    [SetsRequiredMembers]
    internal ClusterMemberInfo(MemberId id, string address, MemberRole role, bool hasStarted)
    {
        Id = id;
        Address = address;
        Role = role;
        HasStarted = hasStarted;
    }

    /// <summary>The member.</summary>
    public required MemberId Id { get; init; }

    /// <summary>The address at which the other members reach it; empty when it is not known.</summary>
    public string Address { get => field ?? ""; init; }

    /// <summary>Its part in the cluster.</summary>
    public MemberRole Role { get; init; }

    /// <summary>Whether it has held a part of the log. From then on the cluster refuses it when it starts on an empty
    /// disk.</summary>
    public bool HasStarted { get; init; }
}
