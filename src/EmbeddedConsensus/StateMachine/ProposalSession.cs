namespace EmbeddedConsensus.StateMachine;

/// <summary>Which proposals of one member, in its present life, have been applied: all up to a floor, and some of the
/// <see cref="WindowSize"/> above it.</summary>
internal sealed class ProposalSession
{
    /// <summary>How many sequence numbers a member may be ahead of its oldest unapplied one. Part of the protocol:
    /// every member must decide the same, so it is no option.</summary>
    public const int WindowSize = 16_384;

    private readonly ulong[] _above = new ulong[WindowSize / 64];

    /// <summary>A session of a member's life, in which nothing was applied yet.</summary>
    public ProposalSession(ulong incarnation) => Incarnation = incarnation;

    /// <summary>Which life of the member.</summary>
    public ulong Incarnation { get; }

    /// <summary>Every proposal up to here has been applied.</summary>
    public ulong Floor { get; private set; }

    /// <summary>The proposals above the floor that have been applied, in order.</summary>
    public IEnumerable<ulong> AppliedAboveFloor
    {
        get
        {
            for (ulong sequence = Floor + 1; sequence <= Floor + WindowSize; sequence++)
            {
                if (sequence % 64 == 0 && WordOf(sequence) == 0)
                {
                    // Nearly always nearly all of the window is empty.
                    sequence += 63;
                }
                else if (IsMarked(sequence))
                {
                    yield return sequence;
                }
            }
        }
    }

    /// <summary>What became of the latest proposals.</summary>
    public ProposalOutcomes Outcomes { get; set; } = new(knownFrom: 1);

    /// <summary>Brings back a session from a snapshot, without <see cref="Outcomes"/>.</summary>
    public static ProposalSession Restore(ulong incarnation, ulong floor, IEnumerable<ulong> appliedAboveFloor)
    {
        ProposalSession session = new(incarnation) { Floor = floor };
        ulong newest = floor;
        foreach (ulong sequence in appliedAboveFloor)
        {
            if (!session.TryMark(sequence))
            {
                throw new InvariantViolationException(
                    $"Proposal {sequence} cannot be one of the {WindowSize} above {session.Floor} in a snapshot.");
            }

            newest = Math.Max(newest, sequence);
        }

        session.Outcomes = new ProposalOutcomes(newest + 1);
        return session;
    }

    /// <summary>Whether a proposal is further ahead than any member may be.</summary>
    public bool IsTooFarAhead(ulong sequence) => sequence > Floor && sequence - Floor > WindowSize;

    /// <summary>Notes that a proposal is applied; false when it was before, or is too far ahead.</summary>
    public bool TryMark(ulong sequence)
    {
        if (sequence <= Floor || IsTooFarAhead(sequence) || IsMarked(sequence))
        {
            return false;
        }

        ref ulong word = ref WordOf(sequence);
        word |= BitOf(sequence);
        while (IsMarked(Floor + 1))
        {
            Floor++;
            WordOf(Floor) &= ~BitOf(Floor);
        }

        return true;
    }

    /// <summary>Whether a proposal is applied.</summary>
    public bool IsApplied(ulong sequence) =>
        sequence <= Floor || (sequence - Floor <= WindowSize && IsMarked(sequence));

    private static ulong BitOf(ulong sequence) => 1UL << (int)(sequence % 64);

    private bool IsMarked(ulong sequence) => (WordOf(sequence) & BitOf(sequence)) != 0;

    private ref ulong WordOf(ulong sequence) => ref _above[sequence % WindowSize / 64];
}
