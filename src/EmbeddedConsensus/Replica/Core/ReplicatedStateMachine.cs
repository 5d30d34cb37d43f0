using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The state that the log's entries are applied to: the MVCC store, the leases and the table of applied proposals. What
/// an entry does depends on the entries before it and on nothing else (design decision D6), so every member comes to
/// the same state.
/// </summary>
/// <remarks>One thread applies; any thread may read the store at the same time.</remarks>
internal sealed class ReplicatedStateMachine : IDisposable
{
    private readonly CommandExecutor _commands;

    /// <summary>A state machine that has applied nothing.</summary>
    public ReplicatedStateMachine(MvccOptions options)
        : this(new MvccStore(options), new LeaseTable(), new ProposalSessions(), default, configuration: null)
    {
    }

    /// <summary>A state machine as a snapshot describes it.</summary>
    /// <param name="store">The keys.</param>
    /// <param name="leases">The leases.</param>
    /// <param name="sessions">The proposals that have been applied.</param>
    /// <param name="applied">The last entry applied.</param>
    /// <param name="configuration">The membership after that entry; null when there is none yet.</param>
    public ReplicatedStateMachine(
        MvccStore store, LeaseTable leases, ProposalSessions sessions, LogPosition applied,
        ClusterConfiguration? configuration)
    {
        Store = store;
        Leases = leases;
        Sessions = sessions;
        Applied = applied;
        _commands = new CommandExecutor(store, leases, sessions);
        if (configuration is not null)
        {
            Use(configuration);
        }
    }

    /// <summary>The keys and their history.</summary>
    public MvccStore Store { get; }

    /// <summary>The leases, and which keys are attached to them. For the thread that applies.</summary>
    public LeaseTable Leases { get; }

    /// <summary>Which proposals have been applied.</summary>
    public ProposalSessions Sessions { get; }

    /// <summary>The newest command format that is accepted. Differs from the newest that this code knows only where a
    /// test imitates another release.</summary>
    public byte NewestFormat
    {
        get => _commands.NewestFormat;
        init => _commands.NewestFormat = value;
    }

    /// <summary>The operations that are executed.</summary>
    public OperationTable Operations
    {
        get => _commands.Operations;
        init => _commands.Operations = value;
    }

    /// <summary>How many keys of leases that have ended an entry deletes at most. Equal on all members; differs from
    /// <see cref="LeaseEnding.MaxKeys"/> only where a test meets the bound more often.</summary>
    public int MaxEndingKeys
    {
        get => _commands.MaxEndingKeys;
        init => _commands.MaxEndingKeys = value;
    }

    /// <summary>The last entry applied.</summary>
    public LogPosition Applied { get; private set; }

    /// <summary>The membership in force after that entry; null before the first.</summary>
    public ClusterConfiguration? Configuration { get; private set; }

    /// <summary>How many commands in the log this object has dropped because no member can execute them.</summary>
    public long DroppedCommands => _commands.Dropped;

    /// <summary>What is wrong with the first of them; null while there was none.</summary>
    public string? FirstFault => _commands.FirstFault;

    /// <summary>Applies the next entries of the log. Readers see none of it before <see cref="Publish"/>.</summary>
    /// <remarks>A command whose checksum is right and whose operation is malformed, or whose number is too far ahead,
    /// is dropped: all members drop it, at every start, where a fault would stop all of them for good. One that is
    /// damaged here, or that a newer release wrote, is a fault: other members execute it.</remarks>
    /// <param name="entries">Entries after <see cref="Applied"/>, without a gap.</param>
    /// <param name="sink">Receives the results.</param>
    /// <exception cref="InvariantViolationException">The entries do not follow, or are damaged, or of a format that
    /// cannot be read.</exception>
    public void Apply(ReadOnlySpan<LogEntry> entries, IApplySink sink)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            if (entry.Index != Applied.Index + 1 || entry.Term < Applied.Term)
            {
                throw new InvariantViolationException(
                    $"Entry {entry.Index} of term {entry.Term} does not follow {Applied.Index} of term "
                    + $"{Applied.Term}.");
            }

            if (entry.Kind == LogEntryKind.Command)
            {
                _commands.Execute(entry.Data.Span, sink);
            }
            else if (entry.Kind == LogEntryKind.Configuration)
            {
                Sessions.Keep(Use(ClusterConfigurationCodec.Decode(entry.Data.Span)));
            }

            Applied = entry.Position;
        }
    }

    /// <summary>Whether an entry compacts the history.</summary>
    public static bool IsCompaction(in LogEntry entry) =>
        entry.Kind == LogEntryKind.Command && CommandExecutor.IsCompaction(entry.Data.Span);

    /// <summary>Makes what was applied visible to readers.</summary>
    public void Publish() => Store.Publish();

    /// <inheritdoc />
    public void Dispose()
    {
        Store.Dispose();
        Leases.Dispose();
    }

    private HashSet<MemberId> Use(ClusterConfiguration configuration)
    {
        HashSet<MemberId> members =
            [.. configuration.Voters, .. configuration.OutgoingVoters, .. configuration.Learners];
        Configuration = configuration;
        _commands.SetMembers(members);
        return members;
    }
}
