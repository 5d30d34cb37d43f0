using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.StateMachine;

/// <summary>Executes commands, each at most once. What a command does depends on those before it and on the members,
/// and on nothing else (design decision D6).</summary>
/// <param name="store">The keys.</param>
/// <param name="leases">The leases.</param>
/// <param name="sessions">The proposals that have been executed.</param>
internal sealed class CommandExecutor(MvccStore store, LeaseTable leases, ProposalSessions sessions)
{
    private readonly ApplyContext _context = new(store, leases);
    private IReadOnlySet<MemberId>? _members;

    /// <summary>The newest command format that is accepted.</summary>
    public byte NewestFormat { get; set; } = CommandFormat.Newest;

    /// <summary>The operations that are executed.</summary>
    public OperationTable Operations { get; set; } = OperationTable.Default;

    /// <summary>How many keys of leases that have ended a command deletes at most.</summary>
    public int MaxEndingKeys
    {
        get => _context.MaxEndingKeys;
        set => _context.MaxEndingKeys = value;
    }

    /// <summary>How many commands were dropped because no member can execute them.</summary>
    public long Dropped { get; private set; }

    /// <summary>What is wrong with the first of them; null while there was none.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Whether a command compacts the history.</summary>
    /// <param name="command">The command.</param>
    public static bool IsCompaction(ReadOnlySpan<byte> command) =>
        CommandHeader.Read(command, out _) == OperationKind.Compact;

    /// <summary>Takes the members whose commands are executed from here on. Until the first call it is all.</summary>
    /// <param name="members">The members.</param>
    public void SetMembers(IReadOnlySet<MemberId> members) => _members = members;

    /// <summary>Executes a command, unless it has been executed before or its proposer is no member. One whose checksum
    /// is right and that no member can execute is dropped.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sink">Receives the result.</param>
    /// <exception cref="InvariantViolationException">The command is damaged, or of a format that cannot be
    /// read.</exception>
    public void Execute(ReadOnlySpan<byte> command, IApplySink sink)
    {
        OperationKind kind = CommandSeal.Open(command, NewestFormat, out ProposalId id, out ReadOnlySpan<byte> body);
        if (_members?.Contains(id.Origin) == false || !sessions.TryMark(id))
        {
            // The executed commands of a former member are no longer recorded. No leader appends such a command.
            if (sessions.IsTooFarAhead(id))
            {
                NoteDropped($"Proposal {id} is more than {ProposalSession.WindowSize} ahead of the last that was "
                    + "applied without a gap.");
            }

            return;
        }

        _context.WantsResult = sink.Wants(id);
        ApplyResult result = Operations.MalformationOf(kind, body) is { } fault
            ? Drop(id, fault)
            : Operations.Get(kind).Execute(body, _context);
        sessions.SetOutcome(id, result.Outcome);
        sink.Applied(id, result);
    }

    private ApplyResult Drop(in ProposalId id, string fault)
    {
        NoteDropped($"Proposal {id} cannot be executed. {fault}");
        return new ApplyResult(store.CurrentRevision, Error: new InvariantViolationException(
            $"The write was dropped by all members, and changed nothing: none can execute it. {fault}"));
    }

    private void NoteDropped(string fault)
    {
        Dropped++;
        FirstFault ??= fault;
    }
}
