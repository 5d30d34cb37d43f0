using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>A change of the membership that somebody waits for. Only a leader takes it.</summary>
internal abstract class PendingConfigurationChange : PendingCall
{
    /// <summary>What is asked for.</summary>
    public required ConfigurationChange Change { get; init; }

    /// <summary>Whether the leader of <see cref="AcceptedTerm"/> has begun it.</summary>
    public bool IsAccepted => AcceptedTerm != 0;

    /// <summary>The term in which it was begun; zero while it was not.</summary>
    public ulong AcceptedTerm { get; set; }

    /// <summary>Tells that the whole change is committed, unless the call has ended.</summary>
    /// <param name="configuration">The configuration that it led to.</param>
    /// <param name="index">The configuration's index.</param>
    public void TryComplete(ClusterConfiguration configuration, ulong index)
    {
        if (TryEnd())
        {
            OnCompleted(configuration, index);
        }
    }

    /// <summary>Tells that the change is refused, unless the call has ended.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="text">Why, for people.</param>
    /// <param name="leader">The leader, or none when it is not known: with
    /// <see cref="MembershipRefusal.NotLeader"/>, whom to ask. A change that was begun goes on there; asking again
    /// finds it.</param>
    public void TryRefuse(MembershipRefusal refusal, string text, MemberId leader)
    {
        if (TryEnd())
        {
            OnRefused(refusal, text, leader);
        }
    }

    /// <summary>Gives the caller the configuration.</summary>
    protected abstract void OnCompleted(ClusterConfiguration configuration, ulong index);

    /// <summary>Gives the caller the refusal.</summary>
    protected abstract void OnRefused(MembershipRefusal refusal, string text, MemberId leader);
}
