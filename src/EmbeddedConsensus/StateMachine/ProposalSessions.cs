using System.Buffers;
using EmbeddedConsensus.Commands;

namespace EmbeddedConsensus.StateMachine;

/// <summary>
/// Which proposals have been applied, for every member: replicated state, a part of each snapshot, and what makes a
/// proposal that stands in the log twice run once (design decision D7; scenario 14).
/// </summary>
internal sealed class ProposalSessions
{
    // Sorted, so that snapshots of equal state are equal bytes.
    private readonly SortedDictionary<MemberId, ProposalSession> _sessions = [];

    /// <summary>Notes that a proposal is applied; false when it must not run: it ran before, is too far ahead, or comes
    /// from a life of its member that has ended.</summary>
    public bool TryMark(in ProposalId id)
    {
        if (!_sessions.TryGetValue(id.Origin, out ProposalSession? session) || session.Incarnation < id.Incarnation)
        {
            session = new ProposalSession(id.Incarnation);
            _sessions[id.Origin] = session;
        }

        return session.Incarnation == id.Incarnation && session.TryMark(id.Sequence);
    }

    /// <summary>Whether a proposal of a member's present life is further ahead than any may be. It is not marked, and
    /// can still be applied once those before it are.</summary>
    public bool IsTooFarAhead(in ProposalId id) =>
        _sessions.TryGetValue(id.Origin, out ProposalSession? session) && session.Incarnation == id.Incarnation
        && session.IsTooFarAhead(id.Sequence);

    /// <summary>Whether a proposal is applied, or can never be.</summary>
    public bool IsApplied(in ProposalId id) =>
        _sessions.TryGetValue(id.Origin, out ProposalSession? session)
        && (session.Incarnation > id.Incarnation
            || (session.Incarnation == id.Incarnation && session.IsApplied(id.Sequence)));

    /// <summary>Records what became of a proposal that was just marked.</summary>
    public void SetOutcome(in ProposalId id, in ProposalOutcome outcome) =>
        _sessions[id.Origin].Outcomes.Add(id.Sequence, outcome);

    /// <summary>What became of a proposal of a member's present life that is applied; null when that is not
    /// known.</summary>
    public ProposalOutcome? FindOutcome(in ProposalId id) =>
        _sessions.TryGetValue(id.Origin, out ProposalSession? session) && session.Incarnation == id.Incarnation
            ? session.Outcomes.Find(id.Sequence)
            : null;

    /// <summary>The members that have a session, in order.</summary>
    public IEnumerable<MemberId> Members => _sessions.Keys;

    /// <summary>Removes former members. Their ids are never used again, and their proposals are not executed from here
    /// on, so nothing of theirs can run twice.</summary>
    /// <param name="members">The members from here on.</param>
    public void Keep(IReadOnlySet<MemberId> members)
    {
        foreach (MemberId member in _sessions.Keys.Where(member => !members.Contains(member)).ToArray())
        {
            _sessions.Remove(member);
        }
    }

    /// <summary>Writes all sessions.</summary>
    public void Encode(IBufferWriter<byte> output)
    {
        WriteNumbers(output, _sessions.Count);
        foreach ((MemberId member, ProposalSession session) in _sessions)
        {
            long[] above = [.. session.AppliedAboveFloor.Select(sequence => (long)(sequence - session.Floor))];
            WriteNumbers(
                output, (long)member.Value, (long)session.Incarnation, (long)session.Floor, above.Length);
            WriteNumbers(output, above);
        }
    }

    /// <summary>Writes the outcomes of all sessions.</summary>
    public void EncodeOutcomes(IBufferWriter<byte> output)
    {
        WriteNumbers(output, _sessions.Count);
        foreach ((MemberId member, ProposalSession session) in _sessions)
        {
            WriteNumbers(output, [(long)member.Value, .. session.Outcomes.Encode()]);
        }
    }

    /// <summary>A copy that stays as it is.</summary>
    public ProposalSessions Copy()
    {
        ArrayBufferWriter<byte> encoded = new();
        Encode(encoded);
        ProposalSessions copy = Decode(encoded.WrittenSpan);
        encoded.ResetWrittenCount();
        EncodeOutcomes(encoded);
        copy.DecodeOutcomes(encoded.WrittenSpan);
        return copy;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static ProposalSessions Decode(ReadOnlySpan<byte> encoded)
    {
        CommandReader reader = new(encoded);
        ProposalSessions sessions = new();
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            MemberId member = new((ulong)reader.ReadNumber());
            ulong incarnation = (ulong)reader.ReadNumber();
            ulong floor = (ulong)reader.ReadNumber();
            ulong[] above = new ulong[reader.ReadLength()];
            for (int i = 0; i < above.Length; i++)
            {
                above[i] = floor + (ulong)reader.ReadNumber();
            }

            sessions._sessions[member] = ProposalSession.Restore(incarnation, floor, above);
        }

        return sessions;
    }

    /// <summary>Reads what <see cref="EncodeOutcomes"/> wrote of these sessions.</summary>
    /// <exception cref="InvariantViolationException">It is malformed.</exception>
    public void DecodeOutcomes(ReadOnlySpan<byte> encoded)
    {
        CommandReader reader = new(encoded);
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            MemberId member = new((ulong)reader.ReadNumber());
            ProposalOutcomes outcomes = ProposalOutcomes.Read(ref reader);
            if (!_sessions.TryGetValue(member, out ProposalSession? session))
            {
                throw new InvariantViolationException($"Member {member} has outcomes of proposals and no session.");
            }

            session.Outcomes = outcomes;
        }

        reader.RequireEnd();
    }

    private static void WriteNumbers(IBufferWriter<byte> output, params ReadOnlySpan<long> numbers)
    {
        CommandWriter writer = new(output.GetSpan(Math.Max(1, numbers.Length * CommandWriter.LongestNumber)));
        foreach (long number in numbers)
        {
            writer.WriteNumber(number);
        }

        output.Advance(writer.Position);
    }
}
