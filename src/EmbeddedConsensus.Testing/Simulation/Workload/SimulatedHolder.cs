using EmbeddedConsensus.Leases;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>
/// Holds a lease in the process of a replica, by the rules of <see cref="LeaseTerm"/>: it counts from the sending of
/// the last renewal that succeeded, by the clock of its process. The promise that it checks: while it takes the lease
/// for held, no replica applies its end.
/// </summary>
internal sealed class SimulatedHolder(SimulatedCluster cluster, int number, SimulationRandom random)
{
    /// <summary>How many there may be.</summary>
    public const int MaxHolders = 3;

    /// <summary>The lease of the first one.</summary>
    public const long FirstLease = 1_000;

    private const double MaxClockDrift = 0.1;
    private const double RevokeRate = 0.02;
    private const long PollMicros = 100_000;
    private const long MeanPauseMicros = 1_000_000;

    private readonly long _lease = FirstLease + number;
    private ReplicaLife? _life;
    private LeaseTerm _term;
    private long _confirmed;
    private long _sent;
    private bool _isHeld;
    private bool _isRenewing;
    private bool _isStopped;

    /// <summary>Acquires the lease after a pause.</summary>
    public void BeginLater()
    {
        if (!_isStopped)
        {
            cluster.Events.Schedule(random.Exponential(MeanPauseMicros), EventKind.Lease, (ulong)number, Begin);
        }
    }

    /// <summary>Renews nothing more.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>The process has ended, or the lease was not granted.</summary>
    public void ReplicaEnded(ReplicaLife life)
    {
        if (_life == life)
        {
            Release();
        }
    }

    /// <summary>A lease has ended: the first replica applies what ended it.</summary>
    public void LeaseEnded(long lease, WriteRequest request)
    {
        if (lease != _lease)
        {
            return;
        }

        if (request is not LeaseRequest { Of: LeaseExpireOperation })
        {
            // A revocation of this holder's own, from a process before, may come late.
            Release();
            return;
        }

        cluster.Statistics.LeasesExpired++;

        // Beyond the bound on drift nothing is promised.
        if (_isHeld && _life is { } life && cluster.Profile.UsesLeases && Clock(life) < _term.LostAt(_confirmed))
        {
            throw new SimulationFailedException("Lease Safety",
                $"Lease {_lease} is ended by {request} while its holder at replica {life.Replica.Id} takes it for "
                + $"held until {_term.LostAt(_confirmed)}, at {Clock(life)} of its clock.");
        }
    }

    private long Clock(ReplicaLife life) =>
        (long)life.Replica.Clock.Monotonic(cluster.Now).TotalMicroseconds;

    private void Begin()
    {
        if (_isStopped || _life is not null)
        {
            return;
        }

        if (cluster.RandomLife(random) is not { IsFaulted: false } life)
        {
            BeginLater();
            return;
        }

        _life = life;
        long timeToLive = random.Between(2_000, 8_000);
        long sentAt = Clock(life);
        life.Replica.Run(life, () => life.Submit(new SimulatedWrite(
            new LeaseRequest(new LeaseGrantOperation(_lease, timeToLive)),
            (_, result) => Granted(life, result, timeToLive, sentAt),
            (_, _) => ReplicaEnded(life))));
    }

    private void Granted(ReplicaLife life, ApplyResult result, long timeToLive, long sentAt)
    {
        if (_life != life)
        {
            return;
        }

        if (result.Error is not null)
        {
            // An earlier one has not expired yet.
            Release();
            return;
        }

        _term = new LeaseTerm(timeToLive, MaxClockDrift);
        _confirmed = sentAt;
        _sent = sentAt;
        _isHeld = true;
        _isRenewing = false;
        Poll(life);
    }

    private void Poll(ReplicaLife life)
    {
        if (_life != life || !_isHeld)
        {
            return;
        }

        long now = Clock(life);
        if (_isStopped || now >= _term.LostAt(_confirmed))
        {
            Release();
            return;
        }

        life.Later(PollMicros, EventKind.Lease, () => Poll(life));
        if (_isRenewing || now < _sent + _term.RenewalMicros)
        {
            return;
        }

        if (random.Chance(RevokeRate))
        {
            Release();
            life.Submit(new SimulatedWrite(
                new LeaseRequest(new LeaseRevokeOperation(_lease)), static (_, _) => { }, static (_, _) => { }));
            return;
        }

        _isRenewing = true;
        _sent = now;
        life.Submit(new SimulatedWrite(
            new LeaseRequest(new LeaseKeepAliveOperation([_lease])),
            (_, result) => Renewed(life, result, now),
            (_, _) => _isRenewing = false));
    }

    private void Renewed(ReplicaLife life, ApplyResult result, long sentAt)
    {
        _isRenewing = false;
        if (_life != life || !_isHeld)
        {
            return;
        }

        if (((long[])result.Payload!)[0] == 0)
        {
            Release();
            return;
        }

        cluster.Statistics.LeaseRenewals++;
        _confirmed = sentAt;
    }

    private void Release()
    {
        _isHeld = false;
        _life = null;
        BeginLater();
    }
}
