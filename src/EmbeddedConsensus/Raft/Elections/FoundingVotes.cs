namespace EmbeddedConsensus.Raft;

/// <summary>The terms in which a replica gave its vote while its disk held nothing else: neither an entry nor a
/// snapshot. They are a part of what it must remember (<see cref="HardState"/>), and decide which candidates it may
/// vote for as long as it holds nothing.</summary>
/// <remarks>
/// <para>A replica that holds nothing may have lost its disk, and with it the memory of what it acknowledged and of the
/// logs that it voted against. So it votes for an empty log only (a cluster is being founded), and for a log that ends
/// in a term in which it voted since its disk was empty. Without that exception, a founding leader that loses touch
/// early would leave members that refuse each other for good: those with its entries refuse empty logs, and this one
/// refuses theirs.</para>
/// <para>The exception is as safe as the votes that it rests on. The leader of such a term, which began whatever ends
/// in that term, either was elected without this vote, by a majority of others; or with it, and then it had an empty
/// log, or one that was allowed to it by the same rule. In each case it held what was committed before; so does every
/// log that ends in its term. What an earlier disk of this replica acknowledged could be missing only if that was done
/// in the same term or a later one, before the vote: by a vote that was asked for before the disk was lost and answered
/// after. Requests do not outlive the connection, and so the process, that they were made to. And a disk that is lost
/// takes these terms with it: the next one begins without any.</para>
/// </remarks>
/// <param name="LastTerm">The last such term; zero when there is none.</param>
/// <param name="Earlier">Which of the 64 terms before <paramref name="LastTerm"/> are such terms too: the lowest bit
/// stands for the one right before it. A founding that takes longer forgets the oldest, and at worst waits for a member
/// that is down.</param>
internal readonly record struct FoundingVotes(ulong LastTerm, ulong Earlier)
{
    private const int EarlierTerms = 64;

    /// <summary>Whether the replica voted in a term while it held nothing.</summary>
    /// <param name="term">The term.</param>
    public bool Contains(ulong term)
    {
        if (term == 0 || term > LastTerm || LastTerm - term > EarlierTerms)
        {
            return false;
        }

        return term == LastTerm || ((Earlier >> (int)(LastTerm - term - 1)) & 1) != 0;
    }

    /// <summary>These terms and one more.</summary>
    /// <param name="term">The term: not before <see cref="LastTerm"/>.</param>
    /// <exception cref="InvariantViolationException">The term is an earlier one.</exception>
    public FoundingVotes With(ulong term)
    {
        if (term < LastTerm)
        {
            throw new InvariantViolationException($"A vote in term {term} would follow one in term {LastTerm}.");
        }

        if (term == LastTerm || LastTerm == 0)
        {
            return this with { LastTerm = term };
        }

        ulong distance = term - LastTerm;
        ulong kept = distance < EarlierTerms ? Earlier << (int)distance : 0;
        return new FoundingVotes(term, distance > EarlierTerms ? 0 : kept | (1UL << (int)(distance - 1)));
    }
}
