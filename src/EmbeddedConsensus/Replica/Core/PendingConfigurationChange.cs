using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>A change of the membership whose caller waits. Only a leader accepts it.</summary>
internal abstract class PendingConfigurationChange : PendingCall
{
    /// <summary>The change.</summary>
    public required ConfigurationChange Change { get; init; }

    /// <summary>Whether the leader of <see cref="AcceptedTerm"/> has begun it.</summary>
    public bool IsAccepted => AcceptedTerm != 0;

    /// <summary>The term in which it was begun; zero while it was not.</summary>
    public ulong AcceptedTerm { get; set; }

    /// <summary>Completes the call, unless it has ended: the whole change is committed.</summary>
    /// <param name="configuration">The configuration that it led to.</param>
    /// <param name="index">The configuration's index.</param>
    public void TryComplete(ClusterConfiguration configuration, ulong index)
    {
        if (TryEnd())
        {
            OnCompleted(configuration, index);
        }
    }

    /// <summary>Refuses the change, unless the call has ended.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="leader">The leader, or none when it is not known. After <see cref="MembershipRefusal.NotLeader"/>
    /// the request is repeated there, and finds the change if it was begun.</param>
    public void TryRefuse(ChangeRefusal refusal, MemberId leader)
    {
        if (TryEnd())
        {
            OnRefused(refusal, leader);
        }
    }

    /// <summary>Passes the configuration to the caller.</summary>
    protected abstract void OnCompleted(ClusterConfiguration configuration, ulong index);

    /// <summary>Passes the refusal to the caller.</summary>
    protected abstract void OnRefused(ChangeRefusal refusal, MemberId leader);
}
