namespace EmbeddedConsensus.Raft;

/// <summary>What a replica must remember across a crash (Raft paper, figure 2, "persistent state"), and whose memory it
/// is. A log storage keeps it as the bytes that <see cref="HardStateCodec"/> makes of it.</summary>
/// <param name="Term">The latest term seen.</param>
/// <param name="Vote">The member that the replica voted for in that term, or none.</param>
/// <param name="Commit">The highest index known to be committed. It may be lower than what really is: it is a hint that
/// shortens recovery, and is not worth a write of its own.</param>
/// <param name="Owner">The member whose promises these are. None only in the hard state of a new storage: the first one
/// that is written has it, and it never changes. A member does not start on what another one wrote: both would go by
/// one vote.</param>
/// <param name="Founding">What the replica has agreed to about the founding of its cluster.</param>
/// <param name="PromisedMicroseconds">The longest promise not to vote that a leader may still rely on, in microseconds
/// on the replica's clock; zero when the replica has promised nothing. A restart keeps it, whatever election timeout it
/// comes with.</param>
internal readonly record struct HardState(
    ulong Term, MemberId Vote, ulong Commit, MemberId Owner = default, FoundingState Founding = default,
    ulong PromisedMicroseconds = 0)
{
    /// <summary>Whether entries that the replica acknowledged may be missing from its log, so that it may not vote
    /// (<see cref="RecoveredLog.MayLackTail"/>).</summary>
    public bool IsInDoubt { get; init; }

    /// <summary>Checks that this is the state of a member. Two members on one disk would go by one vote and take each
    /// other's acknowledgements for their own; a log storage that forgets the owner would hide that.</summary>
    /// <param name="self">The member that starts on it.</param>
    /// <exception cref="InvariantViolationException">It is another member's.</exception>
    public void CheckOwner(MemberId self)
    {
        if (Owner != self && this != default)
        {
            throw new InvariantViolationException(
                Owner.IsNone
                    ? "The hard state on disk does not say whose it is: the log storage has not kept all of it."
                    : $"Member {self} was started on the disk of member {Owner}.");
        }
    }
}
