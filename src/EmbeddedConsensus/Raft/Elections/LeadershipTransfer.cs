namespace EmbeddedConsensus.Raft;

/// <summary>Handing leadership over (dissertation, section 3.10).</summary>
internal sealed class LeadershipTransfer(RaftState state, Outbox outbox, ReadLease lease)
{
    private bool _isTimeoutNowSent;
    private int _elapsed;

    /// <summary>The member that leadership is being handed to, or none.</summary>
    public MemberId Target { get; private set; }

    /// <summary>Whether leadership is being handed over.</summary>
    public bool IsUnderWay => !Target.IsNone;

    /// <summary>Hands over if this node leads, else asks the leader to.</summary>
    /// <param name="target">The next leader.</param>
    public void Request(MemberId target)
    {
        if (state.IsLeader)
        {
            Begin(target);
        }
        else if (!state.Leader.IsNone)
        {
            outbox.Send(state.MessageTo(state.Leader, RaftMessageType.TransferLeadership) with
            {
                Term = 0, Context = target.Value,
            });
        }
    }

    /// <summary>Handles a follower's request to hand over.</summary>
    /// <param name="message">A <see cref="RaftMessageType.TransferLeadership"/>.</param>
    public void StepRequest(in RaftMessage message)
    {
        if (state.IsLeader && state.Tracker.Find(message.From) is not null)
        {
            Begin(new MemberId(message.Context));
        }
    }

    /// <summary>Lets a tick pass: a target that does not take over within an election timeout is given up.</summary>
    public void Tick()
    {
        if (IsUnderWay && ++_elapsed >= state.Options.ElectionTicks)
        {
            Abort();
        }
    }

    /// <summary>Sends <see cref="RaftMessageType.TimeoutNow"/> again in case it was lost.</summary>
    public void Repeat() => _isTimeoutNowSent = false;

    /// <summary>Ends the transfer.</summary>
    public void Abort() => Target = MemberId.None;

    /// <summary>Ends the transfer if the configuration has taken the target's vote.</summary>
    public void ConfigurationChanged()
    {
        if (IsUnderWay && !state.Tracker.Configuration.Voters.Contains(Target))
        {
            Abort();
        }
    }

    /// <summary>Tells the target to campaign once it has the whole log; again with each heartbeat, in case that gets
    /// lost.</summary>
    public void SendTimeoutNow()
    {
        if (!IsUnderWay || _isTimeoutNowSent || state.Tracker.Find(Target)?.Match != state.Log.LastIndex)
        {
            return;
        }

        _isTimeoutNowSent = true;
        SendTimeoutNow(Target);
    }

    /// <summary>Tells a member to campaign at once. No lease holds from then on.</summary>
    /// <param name="target">The member.</param>
    public void SendTimeoutNow(MemberId target)
    {
        lease.Refuse();
        outbox.Send(state.MessageTo(target, RaftMessageType.TimeoutNow));
    }

    private void Begin(MemberId target)
    {
        if (target == state.Id || target == Target || !state.Tracker.Configuration.Voters.Contains(target))
        {
            return;
        }

        // The time that the member has begins now; another transfer under way ends. The clock of the quorum checks goes
        // on: a client that asks for one transfer after the other would keep a leader that is cut off in office.
        _elapsed = 0;
        Target = target;
        _isTimeoutNowSent = false;
    }
}
