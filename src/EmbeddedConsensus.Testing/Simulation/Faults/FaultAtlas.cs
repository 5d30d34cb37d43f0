namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>
/// Where data at rest may be damaged. Damage on a majority of the disks is beyond what any cluster survives, so it is
/// kept to a minority: what is left must be enough (TigerBeetle calls this map the fault atlas).
/// </summary>
internal sealed class FaultAtlas(SimulatedCluster cluster)
{
    /// <summary>Whether the disk of a replica may be damaged now.</summary>
    public bool MayDamage(SimulatedReplica replica)
    {
        if (replica.IsLost)
        {
            return false;
        }

        int damaged = cluster.Replicas.Count(other => other != replica && (other.IsLost || other.Disk.IsDamaged));
        return (damaged + 1) * 2 < cluster.Replicas.Length + 1;
    }
}
