using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine.Operations;

/// <summary>What the operations of a command run on.</summary>
/// <param name="store">The keys.</param>
/// <param name="leases">The leases.</param>
internal sealed class ApplyContext(MvccStore store, LeaseTable leases)
{
    // The verdict on each transaction of the command that is on the chosen path, outermost first.
    private readonly List<bool> _verdicts = [];
    private int _nextVerdict;

    /// <summary>The keys.</summary>
    public MvccStore Store => store;

    /// <summary>The leases.</summary>
    public LeaseTable Leases => leases;

    /// <summary>How many keys of leases that have ended an entry deletes at most.</summary>
    public int MaxEndingKeys { get; set; } = LeaseEnding.MaxKeys;

    /// <summary>Whether a caller waits here for the result of the command; if not, operations build none and do not
    /// read.</summary>
    public bool WantsResult { get; set; }

    /// <summary>Begins the next command.</summary>
    public void Begin()
    {
        _verdicts.Clear();
        _nextVerdict = 0;
    }

    /// <summary>Notes whether the conditions of a transaction hold.</summary>
    public void AddVerdict(bool holds) => _verdicts.Add(holds);

    /// <summary>The verdict on the next transaction, in the order in which they were judged.</summary>
    public bool NextVerdict() => _verdicts[_nextVerdict++];
}
