using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Testing.Simulation.Checking;

namespace EmbeddedConsensus.Testing.Simulation.Membership;

/// <summary>A change that the operator requests repeatedly until it is done, refused for good, or cancelled. Repeating
/// is safe: a change that is done or in progress is not started twice.</summary>
internal sealed class MembershipOrder
{
    private const long MeanRetryMicros = 400_000;

    private readonly SimulatedCluster _cluster;
    private readonly SimulationRandom _random;
    private readonly Action<MembershipOrder> _ended;
    private SimulatedChange? _attempt;

    /// <summary>An order that has not started.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="change">The change.</param>
    /// <param name="random">Chooses when to repeat the request.</param>
    /// <param name="ended">Called once when the order has ended.</param>
    public MembershipOrder(
        SimulatedCluster cluster, ConfigurationChange change, SimulationRandom random, Action<MembershipOrder> ended)
    {
        _cluster = cluster;
        Change = change;
        _random = random;
        _ended = ended;
    }

    /// <summary>The change.</summary>
    public ConfigurationChange Change { get; }

    /// <summary>The replica whose reply is awaited.</summary>
    public ReplicaLife? Life { get; private set; }

    /// <summary>Whether it is done, refused or cancelled.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Why it was refused for good.</summary>
    public MembershipRefusal Refusal { get; private set; }

    /// <summary>Sends the request to the leader.</summary>
    public void Attempt()
    {
        if (HasEnded || Life is not null)
        {
            return;
        }

        ReplicaLife? life = _cluster.LeaderNumber >= 0
            ? _cluster.Replicas[_cluster.LeaderNumber].Life
            : _cluster.RandomLife(_random);
        if (life is null or { IsFaulted: true } or { Replica.IsPaused: true })
        {
            AttemptLater();
            return;
        }

        Life = life;
        _attempt = new SimulatedChange(this) { Change = Change };
        life.Submit(_attempt);
    }

    /// <summary>Cancels the order. A change in progress continues.</summary>
    public void GiveUp()
    {
        SimulatedChange? attempt = _attempt;
        _attempt = null;
        End();
        attempt?.TryFail(new OperationCanceledException());
    }

    /// <summary>The replica with the request is gone; whether it started the change is unknown.</summary>
    public void ReplicaEnded(ReplicaLife life)
    {
        if (Life == life)
        {
            _attempt = null;
            AttemptLater();
        }
    }

    /// <summary>The whole change is committed.</summary>
    public void Completed(SimulatedChange attempt, ClusterConfiguration configuration)
    {
        if (attempt != _attempt)
        {
            return;
        }

        if (!IsFulfilled(configuration))
        {
            throw new SimulationFailedException("Correct Response",
                $"{Change.Kind} {Change.Member} [{string.Join(' ', Change.Peers)}] was reported as done, with "
                + $"{ConfigurationRules.Text(configuration)}.");
        }

        _cluster.Statistics.MembershipChanges++;
        _cluster.Note($"done: {Change.Kind} {Change.Member}: {ConfigurationRules.Text(configuration)}");
        End();
    }

    /// <summary>The change is refused.</summary>
    public void Refused(SimulatedChange attempt, MembershipRefusal refusal)
    {
        if (attempt != _attempt)
        {
            return;
        }

        switch (refusal)
        {
            case MembershipRefusal.NotLeader:
            case MembershipRefusal.NotReady:
            case MembershipRefusal.ChangeInProgress:
            case MembershipRefusal.QuorumWouldBeLost:
            case MembershipRefusal.LearnerNotCaughtUp:
                AttemptLater();
                break;
            default:
                Refusal = refusal;
                _cluster.Statistics.RefusedChanges++;
                _cluster.Note($"refused: {Change.Kind} {Change.Member}: {refusal}");
                End();
                break;
        }
    }

    /// <summary>The replica could not determine the outcome of the change.</summary>
    public void Failed(SimulatedChange attempt)
    {
        if (attempt == _attempt)
        {
            AttemptLater();
        }
    }

    private void AttemptLater()
    {
        Life = null;
        _cluster.Events.Schedule(_random.Exponential(MeanRetryMicros), EventKind.Call, 2_000, Attempt);
    }

    private void End()
    {
        if (!HasEnded)
        {
            HasEnded = true;
            Life = null;
            _ended(this);
        }
    }

    private bool IsFulfilled(ClusterConfiguration configuration) => Change.Kind switch
    {
        ConfigurationChangeKind.AddLearner => configuration.Contains(Change.Peers[0].Id),
        ConfigurationChangeKind.AddVoter => configuration.Voters.Contains(Change.Peers[0].Id),
        ConfigurationChangeKind.Promote => configuration.Voters.Contains(Change.Member),
        ConfigurationChangeKind.Demote => !configuration.IsVoter(Change.Member),
        ConfigurationChangeKind.Remove => !configuration.Contains(Change.Member),
        ConfigurationChangeKind.Replace =>
            !configuration.Contains(Change.Member) && configuration.Voters.Contains(Change.Peers[0].Id),
        ConfigurationChangeKind.Update => configuration.Find(Change.Peers[0].Id)?.Address == Change.Peers[0].Address,
        ConfigurationChangeKind.SetVoters =>
            configuration.Voters.SequenceEqual(Change.Peers.Select(peer => peer.Id)) && !configuration.IsJoint,
        _ => configuration.PlannedVoters.IsEmpty,
    };
}
