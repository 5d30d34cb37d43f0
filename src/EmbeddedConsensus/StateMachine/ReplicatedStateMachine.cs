using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.StateMachine;

/// <summary>
/// What the log's entries are applied to: the MVCC store and the table of applied proposals. What an entry does depends
/// on the entries before it and on nothing else (design decision D6), so every member comes to the same state.
/// </summary>
/// <remarks>One thread applies; the store may be read from any thread beside it.</remarks>
internal sealed class ReplicatedStateMachine : IDisposable
{
    private readonly TxnExecutor _transactions;

    /// <summary>A state machine that has applied nothing.</summary>
    public ReplicatedStateMachine(MvccOptions options)
        : this(new MvccStore(options), new ProposalSessions(), default, configuration: null)
    {
    }

    /// <summary>A state machine as a snapshot describes it.</summary>
    /// <param name="store">The keys.</param>
    /// <param name="sessions">The proposals that have been applied.</param>
    /// <param name="applied">The last entry applied.</param>
    /// <param name="configuration">The membership behind that entry; null when there is none yet.</param>
    public ReplicatedStateMachine(
        MvccStore store, ProposalSessions sessions, LogPosition applied, ClusterConfiguration? configuration)
    {
        Configuration = configuration;
        Store = store;
        Sessions = sessions;
        Applied = applied;
        _transactions = new TxnExecutor(store);
    }

    /// <summary>The keys and their history.</summary>
    public MvccStore Store { get; }

    /// <summary>Which proposals have been applied.</summary>
    public ProposalSessions Sessions { get; }

    /// <summary>The newest format of commands that is accepted. Lower than the newest that the code reads only where an
    /// older release is imitated.</summary>
    public byte NewestFormat { get; init; } = CommandFormat.Newest;

    /// <summary>The last entry applied.</summary>
    public LogPosition Applied { get; private set; }

    /// <summary>The membership in force behind that entry; null before the first.</summary>
    public ClusterConfiguration? Configuration { get; private set; }

    /// <summary>Applies the next entries of the log. Readers see nothing of it before <see cref="Publish"/>.</summary>
    /// <param name="entries">Entries behind <see cref="Applied"/>, without a gap.</param>
    /// <param name="sink">Takes the results.</param>
    /// <exception cref="InvariantViolationException">The entries do not follow, or are not executable.</exception>
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
                ApplyCommand(entry.Data.Span, sink);
            }
            else if (entry.Kind == LogEntryKind.Configuration)
            {
                Configuration = ClusterConfigurationCodec.Decode(entry.Data.Span);
                Sessions.Keep(Configuration);
            }

            Applied = entry.Position;
        }
    }

    /// <summary>Whether an entry compacts the history.</summary>
    public static bool IsCompaction(in LogEntry entry) =>
        entry.Kind == LogEntryKind.Command
        && CommandHeader.Read(entry.Data.Span, out _) == CommandKind.Compact;

    /// <summary>Lets readers see what was applied.</summary>
    public void Publish() => Store.Publish();

    /// <inheritdoc />
    public void Dispose() => Store.Dispose();

    private void ApplyCommand(ReadOnlySpan<byte> command, IApplySink sink)
    {
        CommandKind kind = CommandSeal.Open(command, NewestFormat, out ProposalId id, out ReadOnlySpan<byte> body);
        if (Configuration?.Contains(id.Origin) == false || !Sessions.TryMark(id))
        {
            // Of a member that has left it is not known any more what has run. No leader appends such a command.
            return;
        }

        bool wantsResult = sink.Wants(id);
        ApplyResult result = kind switch
        {
            CommandKind.Put => Put(body, wantsResult),
            CommandKind.Delete => Delete(body, wantsResult),
            CommandKind.Txn => _transactions.Execute(body, wantsResult),
            CommandKind.Compact => Compact(body),
            _ => throw new InvariantViolationException(
                $"A command has the unknown kind {kind}. It was written by a newer version of the library."),
        };
        sink.Applied(id, result);
    }

    private ApplyResult Put(ReadOnlySpan<byte> body, bool wantsResult)
    {
        CommandReader reader = new(body);
        CommandFlags flags = (CommandFlags)reader.ReadByte();
        ReadOnlySpan<byte> key = reader.ReadBytes();
        ReadOnlySpan<byte> value = reader.ReadBytes();
        KeyValue? previous = wantsResult && (flags & CommandFlags.ReturnPrevious) != 0
            ? RangeReader.Get(Store.WriterView, key, 0)
            : null;
        Store.BeginTxn();
        Store.Put(key, value, lease: 0);
        Store.EndTxn();
        return new ApplyResult(Store.CurrentRevision, Payload: previous);
    }

    private ApplyResult Delete(ReadOnlySpan<byte> body, bool wantsResult)
    {
        CommandReader reader = new(body);
        CommandFlags flags = (CommandFlags)reader.ReadByte();
        ReadOnlySpan<byte> start = reader.ReadBytes();
        ReadOnlySpan<byte> end = reader.ReadBytes();
        bool wantsPrevious = wantsResult && (flags & CommandFlags.ReturnPrevious) != 0;
        Store.BeginTxn();
        long deleted = TxnExecutor.Delete(Store, start, end, wantsPrevious, out List<KeyValue> previous);
        Store.EndTxn();
        return new ApplyResult(Store.CurrentRevision, deleted, previous);
    }

    private ApplyResult Compact(ReadOnlySpan<byte> body)
    {
        CommandReader reader = new(body);
        long revision = reader.ReadNumber();
        if (revision <= Store.CompactRevision)
        {
            return new ApplyResult(Store.CurrentRevision, Error: new CompactedException(revision, Store.CompactRevision));
        }

        if (revision > Store.CurrentRevision)
        {
            return new ApplyResult(
                Store.CurrentRevision, Error: new FutureRevisionException(revision, Store.CurrentRevision));
        }

        Store.Compact(revision);
        return new ApplyResult(Store.CurrentRevision);
    }
}
