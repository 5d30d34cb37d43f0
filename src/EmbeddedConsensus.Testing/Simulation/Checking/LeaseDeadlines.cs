using EmbeddedConsensus.Leases;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>Checks at one replica that the time of a lease does not grow without a renewal.</summary>
internal sealed class LeaseDeadlines
{
    private readonly Dictionary<long, (long Renewal, long Deadline)> _seen = [];

    /// <summary>Checks the leases after an entry.</summary>
    public void Check(MemberId replica, LeaseTable table)
    {
        for (int slot = 1; slot <= table.LastSlot && table.Count > 0; slot++)
        {
            Lease lease = table[slot];
            if (lease.Id == 0)
            {
                continue;
            }

            if (_seen.TryGetValue(lease.Id, out (long Renewal, long Deadline) seen) && seen.Renewal == lease.Renewal
                && lease.Deadline > seen.Deadline)
            {
                throw new SimulationFailedException("Lease Time",
                    $"At replica {replica} the deadline of lease {lease.Id} moved from {seen.Deadline} to "
                    + $"{lease.Deadline} without a renewal.");
            }

            _seen[lease.Id] = (lease.Renewal, lease.Deadline);
        }
    }

    /// <summary>The replica knows no more of the time: its state was restored.</summary>
    public void Forget() => _seen.Clear();
}
