using System.Collections.Immutable;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;
using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Simulation.Workload;

namespace EmbeddedConsensus.Testing.Simulation.Checking;

/// <summary>
/// The specification of the store, written as plainly as possible: a sorted map per revision. It shares no code with
/// the real store except the types of requests and results.
/// </summary>
internal sealed class ReferenceStore
{
    private static readonly ImmutableSortedDictionary<Key, KeyValue> Nothing =
        ImmutableSortedDictionary<Key, KeyValue>.Empty;

    // By revision. A store starts at revision 1, empty.
    private readonly List<ImmutableSortedDictionary<Key, KeyValue>> _states = [Nothing, Nothing];
    private readonly List<IReadOnlyList<WatchEvent>> _events = [[], []];

    // The running transaction.
    private ImmutableSortedDictionary<Key, KeyValue> _state = Nothing;
    private List<WatchEvent> _changes = [];

    /// <summary>The leases.</summary>
    public ReferenceLeases Leases { get; } = new();

    /// <summary>The revision of the last change.</summary>
    public long Revision => _states.Count - 1;

    /// <summary>The revision of the last compaction.</summary>
    public long CompactRevision { get; private set; }

    /// <summary>The keys at a revision.</summary>
    public ImmutableSortedDictionary<Key, KeyValue> StateAt(long revision) => _states[(int)revision];

    /// <summary>The changes of a revision, in order, with the keys' previous contents.</summary>
    public IReadOnlyList<WatchEvent> EventsAt(long revision) => _events[(int)revision];

    /// <summary>Executes a write and returns the expected result.</summary>
    public ApplyResult Execute(WriteRequest request)
    {
        _state = _states[^1];
        _changes = [];
        ApplyResult result = request switch
        {
            PutRequest put => Execute(put),
            DeleteRequest delete => Execute(delete),
            CompactRequest compact => Execute(compact),
            TxnRequest txn => Execute(txn),
            LeaseRequest lease => Execute(lease),
            _ => throw new InvalidOperationException($"No model of {request}."),
        };

        EndRevision();
        return result;
    }

    /// <summary>Why a revision cannot be read, given the newest and the compact revision; null if it can.</summary>
    public static ConsensusStoreException? Refuse(long wanted, long revision, long compactRevision) =>
        wanted <= 0 ? null
        : wanted < compactRevision ? new CompactedException(wanted, compactRevision)
        : wanted > revision ? new FutureRevisionException(wanted, revision)
        : null;

    /// <summary>The expected result of a read.</summary>
    /// <param name="range">The keys.</param>
    /// <param name="options">The options.</param>
    /// <param name="state">The keys at the revision read.</param>
    /// <param name="revision">The store's revision at the time of the read.</param>
    public static RangeResult Read(
        KeyRange range, RangeOptions options, ImmutableSortedDictionary<Key, KeyValue> state, long revision)
    {
        KeyValue[] found = [.. state.Values.Where(item => range.Contains(item.Key))];
        if (options.CountOnly)
        {
            return new RangeResult([], found.Length, false, revision);
        }

        Func<KeyValue, KeyValue, int> order = options.SortTarget switch
        {
            SortTarget.Version => (a, b) => a.Version.CompareTo(b.Version),
            SortTarget.CreateRevision => (a, b) => a.CreateRevision.CompareTo(b.CreateRevision),
            SortTarget.ModRevision => (a, b) => a.ModRevision.CompareTo(b.ModRevision),
            SortTarget.Value => (a, b) => a.Value.CompareTo(b.Value),
            _ => (a, b) => a.Key.CompareTo(b.Key),
        };
        int sign = options.SortOrder == SortOrder.Descending ? -1 : 1;
        Array.Sort(found, (a, b) => order(a, b) is not 0 and int by ? sign * by : a.Key.CompareTo(b.Key));
        int count = found.Length;
        found = [.. found.Where(item => options.Selects(item))];
        bool more = options.Limit > 0 && options.Limit < found.Length;
        IEnumerable<KeyValue> given = more ? found.Take((int)options.Limit) : found;
        return new RangeResult(
            [.. options.KeysOnly ? given.Select(item => item with { Value = default }) : given],
            options.IncludeCount || (!more && !options.IsFiltered()) ? count : null, more, revision);
    }

    private long NextRevision => Revision + (_changes.Count > 0 ? 1 : 0);

    private void EndRevision()
    {
        if (_changes.Count > 0)
        {
            _states.Add(_state);
            _events.Add(_changes);
            _changes = [];
        }
    }

    private ApplyResult Execute(LeaseRequest request)
    {
        (ConsensusStoreException? error, object? payload) = Leases.Execute(request.Of);
        if (error is not null)
        {
            return new ApplyResult(Revision, Error: error);
        }

        long deleted = 0;
        if (request.Of is LeaseRevokeOperation or LeaseExpireOperation)
        {
            foreach (IReadOnlyList<Key> keys in Leases.TakePiece())
            {
                deleted += keys.Count;
                foreach (Key key in keys)
                {
                    Delete(key);
                }

                EndRevision();
            }
        }

        return new ApplyResult(
            Revision, deleted,
            request.Of is LeaseRevokeOperation revoke ? new LeaseEnded(!Leases.IsUsed(revoke.Lease)) : payload);
    }

    private ApplyResult Execute(PutRequest put)
    {
        if (Leases.Refuse(put.Lease) is { } refusal)
        {
            return new ApplyResult(Revision, Error: refusal);
        }

        KeyValue? previous = Put(put.Key, put.Value, put.Lease);
        return new ApplyResult(NextRevision, Payload: put.ReturnPrevious ? previous : null);
    }

    private ApplyResult Execute(DeleteRequest delete)
    {
        List<KeyValue> previous = Delete(delete.Range);
        return new ApplyResult(NextRevision, previous.Count, delete.ReturnPrevious ? previous : []);
    }

    private ApplyResult Execute(CompactRequest compact)
    {
        if (compact.Revision <= CompactRevision)
        {
            return new ApplyResult(Revision, Error: new CompactedException(compact.Revision, CompactRevision));
        }

        if (compact.Revision > Revision)
        {
            return new ApplyResult(Revision, Error: new FutureRevisionException(compact.Revision, Revision));
        }

        CompactRevision = compact.Revision;
        return new ApplyResult(Revision);
    }

    private ApplyResult Execute(TxnRequest request)
    {
        ReferenceTxn plan = ReferenceTxn.Judge(request.Txn, _state);
        foreach (Operation operation in plan.Leaves())
        {
            ConsensusStoreException? refusal = operation switch
            {
                RangeOperation range => Refuse(range.Options.Revision, Revision, CompactRevision),
                PutOperation put => Leases.Refuse(put.Lease),
                _ => null,
            };
            if (refusal is not null)
            {
                return new ApplyResult(Revision, Error: refusal);
            }
        }

        TxnResult result = Run(plan);
        return new ApplyResult(NextRevision, Payload: Stamp(result, NextRevision));
    }

    private TxnResult Run(ReferenceTxn plan)
    {
        List<OperationResult> responses = [];
        foreach ((Operation operation, ReferenceTxn? inner) in plan.Operations)
        {
            responses.Add(operation switch
            {
                PutOperation put => RunPut(put),
                DeleteOperation delete => RunDelete(delete),
                RangeOperation range => new RangeOperationResult(ReadInTxn(range)),
                _ => new TxnOperationResult(Run(inner!)),
            });
        }

        return new TxnResult(plan.Succeeded, 0, responses);
    }

    private PutOperationResult RunPut(PutOperation put)
    {
        KeyValue? previous = Put(put.Key, put.Value, put.Lease);
        return new PutOperationResult(new PutResult(0, put.ReturnPrevious ? previous : null));
    }

    private DeleteOperationResult RunDelete(DeleteOperation delete)
    {
        List<KeyValue> previous = Delete(delete.Range);
        return new DeleteOperationResult(new DeleteResult(0, previous.Count, delete.ReturnPrevious ? previous : []));
    }

    private RangeResult ReadInTxn(RangeOperation range) => Read(
        range.Range, range.Options, range.Options.Revision > 0 ? StateAt(range.Options.Revision) : _state, 0);

    private KeyValue? Put(Key key, Value value, long lease)
    {
        Leases.Attach(key, lease);
        long revision = Revision + 1;
        KeyValue? previous = _state.GetValueOrDefault(key);
        KeyValue next = new(
            key, value, previous?.CreateRevision ?? revision, revision, (previous?.Version ?? 0) + 1, lease);
        _state = _state.SetItem(key, next);
        _changes.Add(new WatchEvent(WatchEventType.Put, next, previous, false));
        return previous;
    }

    private List<KeyValue> Delete(KeyRange range)
    {
        List<KeyValue> previous = [.. _state.Values.Where(item => range.Contains(item.Key))];
        foreach (KeyValue item in previous)
        {
            Leases.Attach(item.Key, 0);
            _state = _state.Remove(item.Key);
            _changes.Add(new WatchEvent(
                WatchEventType.Delete, new KeyValue(item.Key, default, 0, Revision + 1, 0), item, false));
        }

        return previous;
    }

    // Every result in a transaction carries the revision at its end.
    private static TxnResult Stamp(TxnResult result, long revision) => result with
    {
        Revision = revision,
        Responses =
        [
            .. result.Responses.Select<OperationResult, OperationResult>(response => response switch
            {
                PutOperationResult { Result: var put } => new PutOperationResult(put with { Revision = revision }),
                RangeOperationResult { Result: var range } =>
                    new RangeOperationResult(range with { Revision = revision }),
                DeleteOperationResult { Result: var delete } =>
                    new DeleteOperationResult(delete with { Revision = revision }),
                TxnOperationResult { Result: var txn } => new TxnOperationResult(Stamp(txn, revision)),
                _ => throw new ArgumentException($"A result of an unknown kind: {response}.", nameof(result)),
            }),
        ],
    };
}
