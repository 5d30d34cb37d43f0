using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The membership changes that callers wait for at a leader. They begin one at a time: a change waits while an entry or
/// a joint configuration is under way, and one that contradicts a plan is refused.
/// </summary>
internal sealed class ConfigurationTracker
{
    private readonly List<PendingConfigurationChange> _waiting = [];
    private bool _isNew;
    private ulong _seenTerm;
    private ulong _seenConfiguration;
    private bool _wasReady;

    /// <summary>The number of changes whose callers wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Takes an admitted change. Its deadline counts until a leader has begun it: a plan may take as long as
    /// a new member needs to receive the data.</summary>
    public void Submit(PendingConfigurationChange change)
    {
        _waiting.Add(change);
        _isNew = true;
    }

    /// <summary>Begins, completes or refuses the changes for which it is time. Called after every batch of inputs.
    /// </summary>
    public void Advance(RaftNode node, ulong now)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        if (node.Role != RaftRole.Leader)
        {
            RefuseAll(node);
            return;
        }

        Expire(now);
        bool isReady = node.IsReadyForChange;
        bool isSame = !_isNew && _seenTerm == node.Term && _seenConfiguration == node.CommittedConfigurationIndex
            && _wasReady == isReady;
        if (isSame)
        {
            return;
        }

        _isNew = false;
        _seenTerm = node.Term;
        _seenConfiguration = node.CommittedConfigurationIndex;
        _wasReady = isReady;
        for (int i = 0; i < _waiting.Count && node.IsReadyForChange; i++)
        {
            Advance(_waiting[i], node);
        }

        // The entry just appended has to commit before the next change is considered.
        _wasReady = node.IsReadyForChange;
        _waiting.RemoveAll(static change => change.HasEnded);
    }

    /// <summary>Fails every call. A change that was begun may still be finished.</summary>
    public void FailAll(Exception exception)
    {
        foreach (PendingConfigurationChange change in _waiting)
        {
            change.TryFail(exception);
        }

        _waiting.Clear();
    }

    private static void Advance(PendingConfigurationChange change, RaftNode node)
    {
        if (change.HasEnded)
        {
            return;
        }

        bool isBegun = change.AcceptedTerm == node.Term;
        ChangeDecision decision = isBegun ? node.Decide(change.Change) : node.Change(change.Change);
        switch (decision.Kind)
        {
            case ChangeDecisionKind.Done:
                change.TryComplete(node.Configuration, node.ConfigurationIndex);
                break;
            case ChangeDecisionKind.Refused:
                change.TryRefuse(decision.Refusal!, node.Leader);
                break;
            case ChangeDecisionKind.Step when isBegun:
                change.TryRefuse(new ChangeRefusal.PlanCancelled(), node.Leader);
                break;
            default:
                change.AcceptedTerm = node.Term;
                break;
        }
    }

    private void Expire(ulong now)
    {
        int count = _waiting.Count;
        foreach (PendingConfigurationChange change in _waiting)
        {
            if (!change.IsAccepted && change.DeadlineTick <= now)
            {
                change.TryFail(new QuorumUnavailableException(
                    "The change of the membership could not be begun within the request timeout: an earlier one is not "
                    + "committed, or the leader has no majority. Nothing of it was done. Check that a majority of the "
                    + "members is up and reachable."));
            }
        }

        _waiting.RemoveAll(static change => change.HasEnded);
        _isNew |= _waiting.Count != count;
    }

    private void RefuseAll(RaftNode node)
    {
        foreach (PendingConfigurationChange change in _waiting)
        {
            change.TryRefuse(node.Decide(change.Change).Refusal!, node.Leader);
        }

        _waiting.Clear();
    }
}
