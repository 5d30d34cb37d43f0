using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>
/// The one log that the cluster has agreed on, as the replicas apply it, and the state that a
/// <see cref="ReferenceStore"/> derives from it: every response is checked against both.
/// </summary>
/// <param name="statistics">Counts what happens.</param>
/// <param name="rules">The rules of membership changes.</param>
/// <param name="leaseEnded">Called when a lease has ended, with what ended it.</param>
internal sealed class CommittedLog(
    SimulationStatistics statistics, ConfigurationRules rules, Action<long, WriteRequest> leaseEnded)
{
    private readonly List<Applied> _applied = [new Applied(default, 0, 1, 0, ReferenceLeases.Nothing)];
    private readonly Dictionary<ProposalId, Proposal> _proposed = [];
    private readonly HashSet<ProposalId> _retracted = [];
    private readonly Dictionary<ProposalId, Execution> _executed = [];
    private readonly Dictionary<MemberId, ulong> _incarnations = [];
    private readonly Dictionary<ulong, (uint Hash, MemberId Replica)> _hashes = [];

    /// <summary>The model after everything that any replica has applied.</summary>
    public ReferenceStore Model { get; } = new();

    /// <summary>The last index that any replica has applied.</summary>
    public ulong LastIndex => (ulong)_applied.Count - 1;

    /// <summary>A proposal was handed to consensus.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="call">The call that waits for it.</param>
    /// <param name="request">What it asks for.</param>
    public void Proposed(in ProposalId id, PendingProposal call, WriteRequest request)
    {
        if (!_proposed.TryAdd(id, new Proposal(call, request)))
        {
            throw new SimulationFailedException("Exactly Once", $"Two proposals have the id {id}.");
        }

        CheckProposal(id, isRetraction: false);
    }

    /// <summary>A replica proposes a command of its own, perhaps again: the write while its caller waits, and its
    /// retraction afterwards.</summary>
    public void CheckProposal(in ProposalId id, bool isRetraction)
    {
        if (_proposed.TryGetValue(id, out Proposal write) && write.Call.HasEnded != isRetraction)
        {
            throw new SimulationFailedException("Ended Calls", isRetraction
                ? $"{write.Request}, proposed as {id}, is retracted while its caller waits."
                : $"{write.Request} is proposed as {id} after its call has ended.");
        }
    }

    /// <summary>Checks what the caller of a write whose call ended without an answer is told later.</summary>
    public void CheckOutcome(in ProposalId id, WriteRequest request, in ProposalOutcome outcome)
    {
        ProposalOutcome? expected = _retracted.Contains(id)
            ? new ProposalOutcome(WasExecuted: false, 0)
            : Find(id)?.Result.Outcome;
        bool isKnownRevision = outcome.Revision != 0 || expected is not { WasExecuted: true };
        if (outcome.WasExecuted != expected?.WasExecuted
            || (isKnownRevision && outcome.Revision != expected.Value.Revision))
        {
            throw new SimulationFailedException("Ended Calls",
                $"The caller of {request} ({id}) is told {outcome}. Expected: {expected}.");
        }
    }

    /// <summary>A replica is about to apply an entry.</summary>
    public void Applying(MemberId replica, in LogEntry entry)
    {
        ulong digest = Digest.Of(entry.Data.Span) ^ (ulong)entry.Kind;
        if (entry.Index <= LastIndex)
        {
            Applied known = _applied[(int)entry.Index];
            if (known.Position != entry.Position || known.Digest != digest)
            {
                throw new SimulationFailedException("State Machine Safety",
                    $"Replica {replica} applies another entry at index {entry.Index}, of term {entry.Term}, than was "
                    + $"applied elsewhere, of term {known.Position.Term}.");
            }

            return;
        }

        if (entry.Index != LastIndex + 1)
        {
            throw new SimulationFailedException("State Machine Safety",
                $"Replica {replica} applies index {entry.Index}; no replica has applied {LastIndex + 1}.");
        }

        if (entry.Kind == LogEntryKind.Command)
        {
            Execute(entry);
        }
        else if (entry.Kind == LogEntryKind.Configuration)
        {
            rules.OnFirstApplied(entry);
        }

        _applied.Add(new Applied(entry.Position, digest, Model.Revision, Model.CompactRevision, Model.Leases.Text));
        statistics.Entries++;
    }

    /// <summary>The store's revision after an entry.</summary>
    public long RevisionAt(ulong index) => _applied[(int)index].Revision;

    /// <summary>The compact revision after an entry.</summary>
    public long CompactRevisionAt(ulong index) => _applied[(int)index].CompactRevision;

    /// <summary>Checks a replica's revisions after an entry.</summary>
    public void CheckState(MemberId replica, ulong index, long revision, long compactRevision)
    {
        if (index > LastIndex)
        {
            throw new SimulationFailedException("State Machine Safety",
                $"Replica {replica} is restored to index {index}, but no replica has applied more than {LastIndex}.");
        }

        if (revision != RevisionAt(index) || compactRevision != CompactRevisionAt(index))
        {
            throw new SimulationFailedException("Equal State",
                $"Replica {replica} is at revision {revision}, compacted at {compactRevision}, after entry {index}; "
                + $"the model is at {RevisionAt(index)}, compacted at {CompactRevisionAt(index)}.");
        }
    }

    /// <summary>Checks a replica's leases after an entry.</summary>
    public void CheckLeases(MemberId replica, ulong index, string leases)
    {
        string expected = _applied[(int)index].Leases;
        if (leases != expected)
        {
            throw new SimulationFailedException("Equal State",
                $"Replica {replica} has the leases {leases} after entry {index}; the model has {expected}.");
        }
    }

    /// <summary>Checks the hash of a replica's whole state after an entry (scenario 46).</summary>
    public void CheckHash(MemberId replica, ulong index, uint hash)
    {
        if (!_hashes.TryAdd(index, (hash, replica)) && _hashes[index].Hash != hash)
        {
            throw new SimulationFailedException("Equal State",
                $"After entry {index} replica {replica} has hash {hash:x8}, and replica {_hashes[index].Replica} "
                + $"had {_hashes[index].Hash:x8}.");
        }
    }

    /// <summary>The effect of a proposal, or null if it was not executed.</summary>
    public Execution? Find(in ProposalId id) => _executed.GetValueOrDefault(id);

    private void Execute(in LogEntry entry)
    {
        OperationKind kind = CommandHeader.Read(entry.Data.Span, out ProposalId id);
        if (!_proposed.TryGetValue(id, out Proposal write))
        {
            throw new SimulationFailedException("Validity",
                $"Entry {entry.Index} is a command that was never proposed: "
                + $"{id}.");
        }

        if (rules.Latest is { } members && !members.Contains(id.Origin))
        {
            throw new SimulationFailedException("Validity",
                $"Entry {entry.Index} is a command of {id.Origin}, which is no member there: "
                + $"{ConfigurationRules.Text(members)}.");
        }

        ulong newest = _incarnations.GetValueOrDefault(id.Origin);
        if (_executed.ContainsKey(id) || _retracted.Contains(id) || id.Incarnation < newest)
        {
            statistics.RepeatedProposals++;
            return;
        }

        _incarnations[id.Origin] = id.Incarnation;
        if (kind == OperationKind.Retract)
        {
            _retracted.Add(id);
            statistics.RetractedWrites++;
        }
        else
        {
            _executed.Add(id, new Execution(entry.Index, Model.Execute(write.Request)));
        }

        foreach (long lease in Model.Leases.TakeEnded())
        {
            leaseEnded(lease, write.Request);
        }
    }

    /// <summary>The execution of a proposal.</summary>
    /// <param name="Index">The entry that executed it.</param>
    /// <param name="Result">Its result.</param>
    public sealed record Execution(ulong Index, ApplyResult Result);

    private readonly record struct Proposal(PendingProposal Call, WriteRequest Request);

    private readonly record struct Applied(
        LogPosition Position, ulong Digest, long Revision, long CompactRevision, string Leases);
}
