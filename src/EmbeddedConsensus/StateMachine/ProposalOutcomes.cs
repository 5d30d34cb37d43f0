using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine;

/// <summary>
/// What became of a member's latest proposals: which of the last <see cref="ProposalSession.WindowSize"/> were not
/// executed, and the revisions of the last <see cref="RevisionCount"/>. That is enough for every proposal that can
/// still be in flight at the member: one that catches up by a snapshot sees neither the proposal nor its retraction
/// applied, and learns from this what to tell its callers. What an entry does never depends on it.
/// </summary>
internal sealed class ProposalOutcomes
{
    /// <summary>How many revisions are kept.</summary>
    public const int RevisionCount = 256;

    private const ulong Window = ProposalSession.WindowSize;

    private readonly SortedSet<ulong> _notExecuted = [];
    private readonly long[] _revisions = new long[RevisionCount];
    private readonly ulong _knownFrom;
    private ulong _newest;

    /// <summary>The outcomes of a session.</summary>
    /// <param name="knownFrom">The first sequence number whose outcome is recorded.</param>
    public ProposalOutcomes(ulong knownFrom) => _knownFrom = knownFrom;

    /// <summary>Records what became of a proposal that was just applied.</summary>
    public void Add(ulong sequence, in ProposalOutcome outcome)
    {
        Advance(sequence);
        if (!outcome.WasExecuted)
        {
            _notExecuted.Add(sequence);
        }
        else if (HasRevision(sequence))
        {
            SlotOf(sequence) = outcome.Revision;
        }
    }

    /// <summary>What became of a proposal that was applied; null when that is not, or no longer, known.</summary>
    public ProposalOutcome? Find(ulong sequence)
    {
        if (sequence < _knownFrom || sequence > _newest || _newest - sequence >= Window)
        {
            return null;
        }

        return _notExecuted.Contains(sequence)
            ? new ProposalOutcome(WasExecuted: false, 0)
            : new ProposalOutcome(WasExecuted: true, HasRevision(sequence) ? SlotOf(sequence) : 0);
    }

    /// <summary>The numbers that <see cref="Read"/> reads.</summary>
    public IEnumerable<long> Encode()
    {
        yield return (long)_knownFrom;
        yield return (long)_newest;
        yield return _notExecuted.Count;
        foreach (ulong sequence in _notExecuted)
        {
            yield return (long)(_newest - sequence);
        }

        long before = 0;
        for (int i = 0; i < RevisionsHeld; i++)
        {
            // The next revision is seldom far away, but may be a smaller one.
            long step = SlotOf(OldestRevision + (ulong)i) - before;
            before += step;
            yield return (step << 1) ^ (step >> 63);
        }
    }

    /// <summary>Reads the outcomes of a session from a snapshot.</summary>
    /// <exception cref="InvariantViolationException">They are malformed.</exception>
    public static ProposalOutcomes Read(ref CommandReader reader)
    {
        ProposalOutcomes outcomes = new((ulong)reader.ReadNumber()) { _newest = (ulong)reader.ReadNumber() };
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            outcomes._notExecuted.Add(outcomes._newest - (ulong)reader.ReadNumber());
        }

        long revision = 0;
        for (int i = 0; i < outcomes.RevisionsHeld; i++)
        {
            long step = reader.ReadNumber();
            revision += (long)((ulong)step >> 1) ^ -(step & 1);
            outcomes.SlotOf(outcomes.OldestRevision + (ulong)i) = revision;
        }

        return outcomes;
    }

    private int RevisionsHeld => (int)Math.Min(_newest, RevisionCount);

    private ulong OldestRevision => _newest - (ulong)RevisionsHeld + 1;

    private bool HasRevision(ulong sequence) => sequence >= OldestRevision;

    private ref long SlotOf(ulong sequence) => ref _revisions[sequence % RevisionCount];

    private void Advance(ulong sequence)
    {
        if (sequence <= _newest)
        {
            return;
        }

        // Those in between come later.
        ulong skipped = Math.Min(sequence - _newest, RevisionCount);
        _newest = sequence;
        for (ulong i = 0; i < skipped; i++)
        {
            SlotOf(sequence - i) = 0;
        }

        while (_notExecuted.Count > 0 && _newest - _notExecuted.Min >= Window)
        {
            _notExecuted.Remove(_notExecuted.Min);
        }
    }
}
