namespace EmbeddedConsensus.Replica;

/// <summary>
/// Reports changes of a replica's role, leader, term, membership and state to the callers that follow its status, and
/// cancels leadership tokens. The newest state counts: a reader that is slow skips the ones in between.
/// </summary>
/// <param name="host">The replica.</param>
internal sealed class StatusFeed(ReplicaHost host)
{
    private readonly Lock _gate = new();
    private readonly HashSet<AsyncSignal> _readers = [];
    private (StoreState State, ReplicaRole Role, MemberId Leader, ulong Term, ulong Membership) _last;
    private CancellationTokenSource? _leadership;
    private volatile bool _hasEnded;

    /// <summary>Looks at the replica. Called on the consensus thread after each turn, and by each change of the
    /// replica's state; the view is read inside, so that the last to look has seen the newest.</summary>
    public void Observe()
    {
        lock (_gate)
        {
            ReplicaView? view = host.View;
            StoreState state = host.State;
            var now = (
                state,
                view?.Role ?? ReplicaRole.Follower,
                view?.Leader ?? MemberId.None,
                view?.Term ?? 0,
                view?.CommittedConfigurationIndex ?? 0);
            if (now == _last)
            {
                return;
            }

            bool stillLeads = IsLeading && now is (StoreState.Running, ReplicaRole.Leader, _, _, _)
                && now.Item4 == _last.Term;
            _last = now;
            if (!stillLeads && _leadership is { } leadership)
            {
                _leadership = null;
                host.Completion.Cancel(leadership);
            }

            foreach (AsyncSignal reader in _readers)
            {
                reader.Wake();
            }
        }
    }

    /// <summary>Whether the replica is closed: the status changes no more.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>The replica is closed.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            foreach (AsyncSignal reader in _readers)
            {
                reader.Wake();
            }
        }
    }

    /// <summary>Wakes a reader at each change from now on.</summary>
    public void Add(AsyncSignal reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
        }
    }

    /// <summary>No longer wakes a reader.</summary>
    public void Remove(AsyncSignal reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>A token of the replica's present leadership; cancelled when it does not lead.</summary>
    public CancellationToken LeadershipToken()
    {
        lock (_gate)
        {
            return IsLeading
                ? (_leadership ??= new CancellationTokenSource()).Token
                : new CancellationToken(canceled: true);
        }
    }

    private bool IsLeading => _last is { State: StoreState.Running, Role: ReplicaRole.Leader };
}
