using System.Diagnostics;
using System.Runtime.CompilerServices;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Replica.Membership;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Replica;

/// <summary>The calls of an app, turned into commands, read rounds and watchers of the replica that it hosts.</summary>
internal sealed partial class KeyValueStore : IKeyValueStore, IStoreMaintenance
{
    private static readonly ReadOptions DefaultRead = new();
    private static readonly RangeOptions DefaultRange = new();
    private static readonly WatchOptions DefaultWatch = new();

    private static readonly Func<ApplyResult, PutResult> ToPutResult =
        static result => new PutResult(result.Revision, (KeyValue?)result.Payload);

    private static readonly Func<ApplyResult, DeleteResult> ToDeleteResult =
        static result => new DeleteResult(result.Revision, result.Deleted, (IReadOnlyList<KeyValue>)result.Payload!);

    private static readonly Func<ApplyResult, TxnResult> ToTxnResult = static result => (TxnResult)result.Payload!;

    private static readonly Func<ApplyResult, long> ToRevision = static result => result.Revision;

    private readonly ReplicaHost _host;
    private readonly RequestValidator _validator;

    private static OperationTable Operations => OperationTable.Default;

    /// <summary>The calls to a replica.</summary>
    public KeyValueStore(ReplicaHost host, ConsensusStoreOptions options)
    {
        _host = host;
        _validator = new RequestValidator(options.MaxRequestBytes, options.MaxTxnOperations);
    }

    /// <inheritdoc />
    public StoreStatus Status
    {
        get
        {
            StoreState state = _host.State;
            ReplicaView? view = _host.View;
            (long revision, long compactRevision) = _host.Revisions();

            // A replica that isn't running reports no role and no leader: what it knew last may be outdated.
            bool takesPart = view is not null && state == StoreState.Running;
            MemberId leader = takesPart ? view!.Leader : MemberId.None;
            return new StoreStatus
            {
                Member = _host.Self,
                State = state,
                Role = RoleOf(view, takesPart),
                Leader = leader,
                Term = view?.Term ?? 0,
                LastIndex = view?.LastIndex ?? 0,
                CommitIndex = view?.CommitIndex ?? 0,
                AppliedIndex = view?.AppliedIndex ?? 0,
                SnapshotIndex = _host.SnapshotIndex,
                SnapshotFault = _host.SnapshotFault,
                Revision = revision,
                CompactRevision = compactRevision,
                Voters = view is null ? [] : view.Configuration.Voters,
                Membership = view is null ? null : ClusterManager.Describe(
                    view.CommittedConfiguration, view.CommittedConfigurationIndex, leader),
                ConfigurationIndex = view?.ConfigurationIndex ?? 0,
                HoldsReadLease = takesPart && view!.HoldsLease,
                IsInDoubt = takesPart && view!.IsInDoubt,
                StalledFor = takesPart ? view!.StalledFor : TimeSpan.Zero,
                FormatVersion = (int)Math.Max(CommandFormat.First, view?.Configuration.FormatVersion ?? 0),
                Fault = _host.Fault,
            };
        }
    }

    /// <inheritdoc />
    public async ValueTask WaitForReadyAsync(CancellationToken cancellationToken = default)
    {
        if (!_host.IsStartRequested)
        {
            _host.ThrowIfNotRunning();
        }

        await _host.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            try
            {
                await ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (QuorumUnavailableException)
            {
                // No leader yet: the request timeout paces the attempts, the caller's token ends them.
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<KeyValue?> GetAsync(
        Key key, ReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultRead;
        RequestValidator.CheckKey(key, nameof(key));
        RequestValidator.CheckRevision(options, nameof(options));
        return options.Consistency == Consistency.Serializable
            ? ReadLocalKey(key, options.Revision, cancellationToken)
            : ReadKeyAsync(key, options.Revision, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<RangeResult> RangeAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultRange;
        RequestValidator.CheckRange(range, nameof(range));
        RequestValidator.CheckRangeOptions(options, nameof(options));
        return options.Consistency == Consistency.Serializable
            ? ReadLocalRange(range, options, cancellationToken)
            : ReadRangeAsync(range, options, cancellationToken);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<KeyValue> ScanAsync(
        KeyRange range, RangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= DefaultRange;
        RequestValidator.CheckRange(range, nameof(range));
        RequestValidator.CheckRangeOptions(options, nameof(options));
        if (options.SortTarget != SortTarget.Key || options.CountOnly)
        {
            throw new InvalidRequestException(
                nameof(options), "A scan is by key and returns keys. Use RangeAsync for another order, or to count.");
        }

        return ScanKeysAsync(range, options, cancellationToken);
    }

    /// <inheritdoc />
    public StoreView OpenView(long revision = 0)
    {
        _host.ThrowIfNotRunning();
        if (revision < 0)
        {
            throw new InvalidRequestException(
                nameof(revision), $"The revision is {revision}. Use 0 for the newest, or a positive number.");
        }

        return OpenPinned(revision);
    }

    /// <inheritdoc />
    public ValueTask<PutResult> PutAsync(
        Key key, Value value, PutOptions? options = null, CancellationToken cancellationToken = default)
    {
        RequestValidator.CheckKey(key, nameof(key));
        long lease = options?.Lease ?? 0;
        PutOperationHandler.CheckLease(lease, nameof(options));
        long length = PutOperationHandler.CommandLength(key.Length, value.Length, lease);
        _validator.CheckSize(length);
        Memory<byte> command = PayloadArena.Allocate((int)length);
        PutOperationHandler.WriteCommand(
            command.Span, key.Span, value.Span, options?.ReturnPrevious ?? false, lease);
        return Write("put", command, CommandFormat.First, ToPutResult, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeleteResult> DeleteAsync(
        KeyRange range, DeleteOptions? options = null, CancellationToken cancellationToken = default)
    {
        return Write(
            "delete", new DeleteOperation(range, options?.ReturnPrevious ?? false), ToDeleteResult, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<TxnResult> TxnAsync(Txn txn, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(txn);
        return Write("txn", new TxnOperation(txn), ToTxnResult, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken = default) =>
        await Write("compact", new CompactOperation(revision), ToRevision, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<StoreHash> HashAsync(long revision = 0, CancellationToken cancellationToken = default)
    {
        _host.ThrowIfNotRunning();
        if (revision < 0)
        {
            throw new InvalidRequestException(
                nameof(revision), $"The revision is {revision}. Use 0 for the newest, or a positive number.");
        }

        return await _host.Completion.RunAsync(() => Hash(revision), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask TransferLeadershipAsync(MemberId target, CancellationToken cancellationToken = default)
    {
        _host.ThrowIfNotRunning();
        if (_host.View!.Role != ReplicaRole.Leader)
        {
            throw new NotLeaderException(
                $"Leadership can be handed over by the leader only, which is {_host.View.Leader}. Call it there.");
        }

        if (target == _host.Self)
        {
            return;
        }

        if (!_host.View.Configuration.Voters.Contains(target))
        {
            throw new InvalidRequestException(nameof(target), $"Member {target} has no vote in this cluster.");
        }

        if (!await _host.TransferLeadershipAsync(target, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            _host.ThrowIfNotRunning();
            MemberId leader = _host.View.Leader;
            throw new LeadershipTransferException(leader == _host.Self || leader.IsNone
                ? $"Member {target} did not take over in time. Check that it is up and has caught up."
                : $"Member {target} did not take over: member {leader} leads now. Check that {target} is up and has "
                    + $"caught up, and call this at {leader}.");
        }
    }

    private static ReplicaRole RoleOf(ReplicaView? view, bool takesPart) => view?.Role switch
    {
        null => ReplicaRole.Follower,
        ReplicaRole.Learner => ReplicaRole.Learner,
        ReplicaRole role => takesPart ? role : ReplicaRole.Follower,
    };

    /// <summary>Proposes an operation.</summary>
    /// <param name="name">The name of its activity.</param>
    /// <param name="operation">The operation, not checked yet.</param>
    /// <param name="project">Builds the caller's result.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    internal ValueTask<TResult> Write<TResult>(
        string name, Operation operation, Func<ApplyResult, TResult> project, CancellationToken cancellationToken)
    {
        OperationHandler handler = Operations.HandlerOf(operation);
        handler.Check(operation, _validator, scope: null);
        long length = Operations.CommandLengthOf(operation);
        _validator.CheckSize(length);
        Memory<byte> command = PayloadArena.Allocate((int)length);
        Operations.WriteCommand(command.Span, operation);
        return Write(name, command, handler.FormatOf(operation), project, cancellationToken);
    }

    private ValueTask<TResult> Write<TResult>(
        string name,
        Memory<byte> command,
        byte format,
        Func<ApplyResult, TResult> project,
        CancellationToken cancellationToken)
    {
        _host.Metrics.Proposals.Add(1);
        return StoreActivities.AreWanted
            ? TraceAsync(name, command, format, project, cancellationToken)
            : Write(command, format, project, cancellationToken);
    }

    private async ValueTask<TResult> TraceAsync<TResult>(
        string name,
        Memory<byte> command,
        byte format,
        Func<ApplyResult, TResult> project,
        CancellationToken cancellationToken)
    {
        using Activity? activity = StoreActivities.Start(name, _host.Self);
        try
        {
            return await Write(command, format, project, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            StoreActivities.Fail(activity, exception);
            throw;
        }
    }

    private ValueTask<TResult> Write<TResult>(
        Memory<byte> command, byte format, Func<ApplyResult, TResult> project, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromException<TResult>(new WriteCanceledException(
                "The call was cancelled before it began. Nothing was executed.", mayHaveExecuted: false,
                cancellationToken));
        }

        WriteCall<TResult> call = new(command, project, _host.Completion) { Format = format };
        _host.Submit(call);
        call.ListenTo(cancellationToken);
        return call.Task;
    }

    /// <summary>Completes when a read of this replica's state is linearizable.</summary>
    internal ValueTask ReadBarrierAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReadCall call = new(_host.Completion);
        _host.Submit(call);
        call.ListenTo(cancellationToken);
        return call.Task;
    }

    private async ValueTask<KeyValue?> ReadKeyAsync(Key key, long revision, CancellationToken cancellationToken)
    {
        using Activity? activity = StoreActivities.AreWanted ? StoreActivities.Start("get", _host.Self) : null;
        try
        {
            await ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            return ReadKey(key, revision);
        }
        catch (Exception exception) when (activity is not null)
        {
            StoreActivities.Fail(activity, exception);
            throw;
        }
    }

    // At once, on the caller's thread; what fails is told by the task all the same, as with every other call.
    private ValueTask<KeyValue?> ReadLocalKey(Key key, long revision, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<KeyValue?>(cancellationToken);
        }

        try
        {
            _host.ThrowIfNotRunning();
            return new ValueTask<KeyValue?>(ReadKey(key, revision));
        }
        catch (ConsensusStoreException exception)
        {
            return ValueTask.FromException<KeyValue?>(exception);
        }
    }

    // Behind a barrier: a store that drains still serves it.
    private KeyValue? ReadKey(Key key, long revision)
    {
        _host.ThrowIfFaulted();
        using PinnedView pinned = _host.Apply.OpenView();
        MvccView view = pinned.View;
        return RangeReader.CheckRevision(view, revision) is { } refusal
            ? throw refusal
            : RangeReader.Get(view, key.Span, revision);
    }

    private async ValueTask<RangeResult> ReadRangeAsync(
        KeyRange range, RangeOptions options, CancellationToken cancellationToken)
    {
        using Activity? activity = StoreActivities.AreWanted ? StoreActivities.Start("range", _host.Self) : null;
        try
        {
            await ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
            return ReadRange(range, options, cancellationToken);
        }
        catch (Exception exception) when (activity is not null)
        {
            StoreActivities.Fail(activity, exception);
            throw;
        }
    }

    private ValueTask<RangeResult> ReadLocalRange(
        KeyRange range, RangeOptions options, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RangeResult>(cancellationToken);
        }

        try
        {
            _host.ThrowIfNotRunning();
            return IsLong(range, options)
                ? new ValueTask<RangeResult>(
                    Task.Run(() => ReadRange(range, options, cancellationToken), cancellationToken))
                : new ValueTask<RangeResult>(ReadRange(range, options, CancellationToken.None));
        }
        catch (ConsensusStoreException exception)
        {
            return ValueTask.FromException<RangeResult>(exception);
        }
    }

    private bool IsLong(KeyRange range, RangeOptions options)
    {
        using PinnedView pinned = _host.Apply.OpenView();
        return RangeReader.IsLong(pinned.View, RangeQuery.Of(range, options));
    }

    private RangeResult ReadRange(KeyRange range, RangeOptions options, CancellationToken cancellationToken)
    {
        _host.ThrowIfFaulted();
        using PinnedView pinned = _host.Apply.OpenView();
        MvccView view = pinned.View;
        return RangeReader.CheckRevision(view, options.Revision) is { } refusal
            ? throw refusal
            : RangeReader.Read(view, RangeQuery.Of(range, options), cancellationToken);
    }

    private async IAsyncEnumerable<KeyValue> ScanKeysAsync(
        KeyRange range, RangeOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (options.Consistency == Consistency.Linearizable)
        {
            await ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            _host.ThrowIfNotRunning();
        }

        using PinnedStoreView view = OpenPinned(options.Revision);
        PinnedStoreScan scan = new(view, range, options.SortOrder == SortOrder.Descending);
        for (long read = 0; (options.Limit == 0 || read < options.Limit) && scan.MoveNext(); read++)
        {
            yield return scan.Record.ToKeyValue(options.KeysOnly);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private PinnedStoreView OpenPinned(long revision)
    {
        _host.ThrowIfFaulted();
        PinnedView pinned = _host.Apply.OpenView();
        if (RangeReader.CheckRevision(pinned.View, revision) is { } refusal)
        {
            pinned.Dispose();
            throw refusal;
        }

        return new PinnedStoreView(_host, pinned, revision == 0 ? pinned.Revision : revision);
    }

    private StoreHash Hash(long revision)
    {
        using PinnedView pinned = _host.Apply.OpenView();
        MvccView view = pinned.View;
        if (RangeReader.CheckRevision(view, revision) is { } refusal)
        {
            throw refusal;
        }

        long at = revision == 0 ? view.Revision : revision;
        return new StoreHash(view.Hash(at), at, view.CompactRevision);
    }
}
