using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.StateMachine;

/// <summary>
/// Runs encoded transactions. First all conditions of the whole tree are judged, and all reads on the chosen path
/// checked, against the state before the transaction; only then does anything run, so that a transaction is refused as
/// a whole or runs as a whole, and alike on every member (scenario 43).
/// </summary>
internal sealed class TxnExecutor(MvccStore store)
{
    // The verdict on each transaction of the tree that is on the chosen path, outermost first.
    private readonly List<bool> _verdicts = [];
    private int _nextVerdict;

    /// <summary>Runs a transaction.</summary>
    /// <param name="body">The body of the command.</param>
    /// <param name="wantsResult">Whether to build the result; without it the reads are not executed.</param>
    public ApplyResult Execute(ReadOnlySpan<byte> body, bool wantsResult)
    {
        _verdicts.Clear();
        CommandReader judging = new(body);
        if (Judge(ref judging, isChosen: true) is { } refusal)
        {
            return new ApplyResult(store.CurrentRevision, Error: refusal);
        }

        _nextVerdict = 0;
        CommandReader running = new(body);
        store.BeginTxn();
        List<OperationResult>? responses = RunTxn(ref running, wantsResult, out bool succeeded);
        store.EndTxn();
        return new ApplyResult(store.CurrentRevision, Payload: wantsResult ? Seal(succeeded, responses!) : null);
    }

    /// <summary>Deletes a range and counts; gives the previous keys when asked.</summary>
    public static long Delete(
        MvccStore store, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end, bool wantsPrevious, out List<KeyValue> previous)
    {
        previous = [];
        if (wantsPrevious)
        {
            MvccRangeCursor cursor = store.WriterView.Range(start, end, 0);
            while (cursor.MoveNext())
            {
                previous.Add(RangeReader.Copy(cursor.Current, keysOnly: false));
            }
        }

        return store.Delete(start, end);
    }

    // Results inside a transaction carry the revision that it ends at, which is known only then.
    private TxnResult Seal(bool succeeded, List<OperationResult> responses)
    {
        long revision = store.CurrentRevision;
        for (int i = 0; i < responses.Count; i++)
        {
            OperationResult response = responses[i];
            responses[i] = response switch
            {
                PutOperationResult { Result: var put } => new PutOperationResult(put with { Revision = revision }),
                RangeOperationResult { Result: var range } =>
                    new RangeOperationResult(range with { Revision = revision }),
                DeleteOperationResult { Result: var delete } =>
                    new DeleteOperationResult(delete with { Revision = revision }),
                TxnOperationResult { Result: var txn } =>
                    new TxnOperationResult(Seal(txn.Succeeded, (List<OperationResult>)txn.Responses)),
                _ => response,
            };
        }

        return new TxnResult(succeeded, revision, responses);
    }

    private ConsensusStoreException? Judge(ref CommandReader reader, bool isChosen)
    {
        bool holds = true;
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            holds &= JudgeCondition(ref reader, isChosen && holds);
        }

        if (isChosen)
        {
            _verdicts.Add(holds);
        }

        ConsensusStoreException? refusal = JudgeOperations(ref reader, isChosen && holds);
        return JudgeOperations(ref reader, isChosen && !holds) ?? refusal;
    }

    private bool JudgeCondition(ref CommandReader reader, bool isChosen)
    {
        CompareTarget target = (CompareTarget)reader.ReadByte();
        CompareRelation relation = (CompareRelation)reader.ReadByte();
        ReadOnlySpan<byte> start = reader.ReadBytes();
        ReadOnlySpan<byte> end = reader.ReadBytes();
        ReadOnlySpan<byte> operand = default;
        long number = 0;
        if (target == CompareTarget.Value)
        {
            operand = reader.ReadBytes();
        }
        else
        {
            number = reader.ReadNumber();
        }

        if (!isChosen)
        {
            return true;
        }

        MvccView view = store.WriterView;
        if (end.IsEmpty)
        {
            return view.TryGet(start, 0, out MvccRecord record)
                ? Holds(record, target, relation, number, operand)
                : target != CompareTarget.Value && Holds(0L.CompareTo(number), relation);
        }

        bool any = false;
        MvccRangeCursor cursor = view.Range(start, end, 0);
        while (cursor.MoveNext())
        {
            any = true;
            if (!Holds(cursor.Current, target, relation, number, operand))
            {
                return false;
            }
        }

        return any || (target != CompareTarget.Value && Holds(0L.CompareTo(number), relation));
    }

    private static bool Holds(
        in MvccRecord record, CompareTarget target, CompareRelation relation, long number, ReadOnlySpan<byte> operand) =>
        Holds(
            target switch
            {
                CompareTarget.Version => record.Version.CompareTo(number),
                CompareTarget.CreateRevision => record.CreateRevision.CompareTo(number),
                CompareTarget.ModRevision => record.ModRevision.CompareTo(number),
                CompareTarget.Value => record.Value.SequenceCompareTo(operand),
                _ => throw new InvariantViolationException($"A condition has the unknown target {target}."),
            },
            relation);

    private static bool Holds(int order, CompareRelation relation) => relation switch
    {
        CompareRelation.Equal => order == 0,
        CompareRelation.NotEqual => order != 0,
        CompareRelation.Greater => order > 0,
        CompareRelation.Less => order < 0,
        _ => throw new InvariantViolationException($"A condition has the unknown relation {relation}."),
    };

    private ConsensusStoreException? JudgeOperations(ref CommandReader reader, bool isChosen)
    {
        ConsensusStoreException? refusal = null;
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            switch ((OperationKind)reader.ReadByte())
            {
                case OperationKind.Put:
                case OperationKind.Delete:
                    reader.ReadByte();
                    reader.ReadBytes();
                    reader.ReadBytes();
                    break;
                case OperationKind.Range:
                    RangeQuery query = ReadQuery(ref reader);
                    if (isChosen)
                    {
                        refusal ??= RangeReader.CheckRevision(store.WriterView, query.Revision);
                    }

                    break;
                case OperationKind.Txn:
                    ConsensusStoreException? inner = Judge(ref reader, isChosen);
                    refusal ??= inner;
                    break;
                default:
                    throw UnknownOperation();
            }
        }

        return refusal;
    }

    private List<OperationResult>? RunTxn(ref CommandReader reader, bool wantsResult, out bool succeeded)
    {
        succeeded = _verdicts[_nextVerdict++];
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            JudgeCondition(ref reader, isChosen: false);
        }

        List<OperationResult>? success = RunOperations(ref reader, succeeded, wantsResult);
        List<OperationResult>? failure = RunOperations(ref reader, !succeeded, wantsResult);
        return succeeded ? success : failure;
    }

    private List<OperationResult>? RunOperations(ref CommandReader reader, bool isChosen, bool wantsResult)
    {
        if (!isChosen)
        {
            JudgeOperations(ref reader, isChosen: false);
            return null;
        }

        List<OperationResult>? responses = wantsResult ? [] : null;
        for (int left = reader.ReadLength(); left > 0; left--)
        {
            OperationResult? response = RunOperation(ref reader, wantsResult);
            responses?.Add(response!);
        }

        return responses;
    }

    private OperationResult? RunOperation(ref CommandReader reader, bool wantsResult)
    {
        switch ((OperationKind)reader.ReadByte())
        {
            case OperationKind.Put:
                return RunPut(ref reader, wantsResult);
            case OperationKind.Delete:
                return RunDelete(ref reader, wantsResult);
            case OperationKind.Range:
                RangeQuery query = ReadQuery(ref reader);
                return wantsResult
                    ? new RangeOperationResult(RangeReader.Read(store.WriterView, query))
                    : null;
            case OperationKind.Txn:
                List<OperationResult>? inner = RunTxn(ref reader, wantsResult, out bool succeeded);
                return wantsResult ? new TxnOperationResult(new TxnResult(succeeded, 0, inner!)) : null;
            default:
                throw UnknownOperation();
        }
    }

    private PutOperationResult? RunPut(ref CommandReader reader, bool wantsResult)
    {
        CommandFlags flags = (CommandFlags)reader.ReadByte();
        ReadOnlySpan<byte> key = reader.ReadBytes();
        ReadOnlySpan<byte> value = reader.ReadBytes();
        KeyValue? previous = wantsResult && flags.HasFlag(CommandFlags.ReturnPrevious)
            ? RangeReader.Get(store.WriterView, key, 0)
            : null;
        store.Put(key, value, lease: 0);
        return wantsResult ? new PutOperationResult(new PutResult(0, previous)) : null;
    }

    private DeleteOperationResult? RunDelete(ref CommandReader reader, bool wantsResult)
    {
        CommandFlags flags = (CommandFlags)reader.ReadByte();
        ReadOnlySpan<byte> start = reader.ReadBytes();
        ReadOnlySpan<byte> end = reader.ReadBytes();
        bool wantsPrevious = wantsResult && flags.HasFlag(CommandFlags.ReturnPrevious);
        long deleted = Delete(store, start, end, wantsPrevious, out List<KeyValue> previous);
        return wantsResult ? new DeleteOperationResult(new DeleteResult(0, deleted, previous)) : null;
    }

    private static RangeQuery ReadQuery(ref CommandReader reader)
    {
        CommandFlags flags = (CommandFlags)reader.ReadByte();
        SortTarget target = (SortTarget)reader.ReadByte();
        long limit = reader.ReadNumber();
        long revision = reader.ReadNumber();
        ReadOnlySpan<byte> start = reader.ReadBytes();
        return new RangeQuery
        {
            Start = start,
            End = reader.ReadBytes(),
            Revision = revision,
            Limit = limit,
            SortTarget = target,
            Descending = flags.HasFlag(CommandFlags.Descending),
            KeysOnly = flags.HasFlag(CommandFlags.KeysOnly),
            CountOnly = flags.HasFlag(CommandFlags.CountOnly),
        };
    }

    private static InvariantViolationException UnknownOperation() =>
        new("A transaction has an operation of an unknown kind. It was written by a newer version of the library.");
}
