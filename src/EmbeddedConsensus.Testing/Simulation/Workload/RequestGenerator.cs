using System.Globalization;
using EmbeddedConsensus.StateMachine.Operations;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Draws requests. Few keys, some far more often than others, so that callers meet on them.</summary>
internal sealed class RequestGenerator
{
    private const int MaxKeys = 24;
    private const int MaxValueBytes = 200;
    private const int Leases = 5;
    private const long MaxTimeToLive = 8_000;

    private readonly SimulationRandom _random;
    private readonly int _keys;
    private readonly double _compactRate;
    private readonly double _txnRate;
    private readonly double _deleteRate;
    private readonly double _linearizableRate;
    private readonly double _oldRevisionRate;
    private readonly double _leaseRate;
    private readonly double _leasedRate;
    private long _values;

    /// <summary>A generator whose mix of requests the seed chooses.</summary>
    public RequestGenerator(SimulationRandom random)
    {
        _random = random;
        _keys = (int)random.Between(1, MaxKeys);
        _compactRate = random.Chance(0.7) ? random.NextDouble() * 0.05 : 0;
        _txnRate = random.NextDouble() * 0.5;
        _deleteRate = random.NextDouble() * 0.3;
        _linearizableRate = random.NextDouble();
        _oldRevisionRate = random.NextDouble() * 0.5;
        _leaseRate = random.Chance(0.7) ? random.NextDouble() * 0.3 : 0;
        _leasedRate = random.NextDouble() * 0.6;
        ReadRate = 0.2 + (random.NextDouble() * 0.6);
    }

    /// <summary>The part of the calls that are reads.</summary>
    public double ReadRate { get; }

    /// <summary>Draws a write.</summary>
    /// <param name="revision">A revision that the caller has heard of.</param>
    public WriteRequest NextWrite(long revision)
    {
        double choice = _random.NextDouble();
        if (choice < _compactRate)
        {
            return new CompactRequest(Math.Max(1, revision - _random.Between(-2, 30)));
        }

        if (_random.Chance(_leaseRate))
        {
            return new LeaseRequest(NextLeaseOperation());
        }

        choice = _random.NextDouble();
        return choice < _txnRate ? new TxnRequest(NextTxn(revision, depth: 0))
            : choice < _txnRate + _deleteRate ? new DeleteRequest(NextRange(), _random.Chance(0.5))
            : new PutRequest(NextKey(), NextValue(), _random.Chance(0.5), NextLease());
    }

    /// <summary>Draws a read.</summary>
    /// <param name="revision">A revision that the caller has heard of.</param>
    public ReadRequest NextRead(long revision) => new(NextRange(), NextRangeOptions(revision) with
    {
        Consistency = _random.Chance(_linearizableRate) ? Consistency.Linearizable : Consistency.Serializable,
    });

    /// <summary>Draws the keys of a request.</summary>
    public KeyRange NextRange() => _random.Below(10) switch
    {
        < 6 => NextKey(),
        6 => KeyRange.Prefix("k"),
        7 => KeyRange.From(NextKey()),
        8 => KeyRange.Between(NextKey(), NextKey()),
        _ => KeyRange.All,
    };

    private Operation NextLeaseOperation() => _random.Below(6) switch
    {
        < 3 => new LeaseGrantOperation(_random.Between(1, Leases), _random.Between(1_000, MaxTimeToLive)),
        < 5 => new LeaseKeepAliveOperation([_random.Between(1, Leases), _random.Between(1, Leases)]),
        _ => new LeaseRevokeOperation(_random.Between(1, Leases)),
    };

    // A lease of callers like this one, or of a holder, which alone renews and revokes its own.
    private long NextLease() => !_random.Chance(_leasedRate) ? 0
        : _random.Chance(0.7) ? _random.Between(1, Leases)
        : SimulatedHolder.FirstLease + _random.Below(SimulatedHolder.MaxHolders);

    private RangeOptions NextRangeOptions(long revision) => new()
    {
        Revision = _random.Chance(_oldRevisionRate) ? Math.Max(0, revision - _random.Between(-2, 40)) : 0,
        Limit = _random.Chance(0.2) ? _random.Between(1, 5) : 0,
        SortTarget = _random.Chance(0.2) ? (SortTarget)_random.Below(5) : SortTarget.Key,
        SortOrder = _random.Chance(0.2) ? SortOrder.Descending : SortOrder.Ascending,
        KeysOnly = _random.Chance(0.1),
        CountOnly = _random.Chance(0.1),
        IncludeCount = _random.Chance(0.3),
        MinModRevision = _random.Chance(0.1) ? Math.Max(0, revision - _random.Between(0, 40)) : 0,
        MaxCreateRevision = _random.Chance(0.1) ? Math.Max(0, revision - _random.Between(0, 40)) : 0,
    };

    // Half of the draws fall on the first few keys.
    private Key NextKey()
    {
        int number = _random.Chance(0.5) ? _random.Below(Math.Min(3, _keys)) : _random.Below(_keys);
        return Key.FromString("k" + number.ToString("x2", CultureInfo.InvariantCulture));
    }

    private Value NextValue()
    {
        // Unique, so that no two writes can be taken for each other.
        string text = (++_values).ToString(CultureInfo.InvariantCulture);
        return Value.FromString(text.PadRight((int)_random.Between(0, MaxValueBytes), '.'));
    }

    private Txn NextTxn(long revision, int depth)
    {
        Compare[] conditions = new Compare[_random.Below(3)];
        for (int i = 0; i < conditions.Length; i++)
        {
            conditions[i] = NextCompare(revision);
        }

        SortedSet<Key> taken = [];
        Operation[] success = NextOperations(revision, depth, taken);
        taken.Clear();
        return Txn.If(conditions).Then(success).Else(NextOperations(revision, depth, taken));
    }

    private Compare NextCompare(long revision)
    {
        KeyRange range = _random.Chance(0.8) ? NextKey() : NextRange();
        CompareRelation relation = (CompareRelation)_random.Below(4);
        CompareTarget target = (CompareTarget)_random.Below(5);
        return target switch
        {
            CompareTarget.Value => Compare.OfValue(
                range,
                relation,
                Value.FromString(_random.Between(1, _values + 1).ToString(CultureInfo.InvariantCulture))),
            CompareTarget.Lease => Compare.OfNumber(range, target, relation, NextLease()),
            CompareTarget.Version => Compare.OfNumber(range, target, relation, _random.Below(4)),
            _ => Compare.OfNumber(range, target, relation, Math.Max(0, revision - _random.Between(-1, 10))),
        };
    }

    // No path through a transaction may write a key twice, so each key is written at most once.
    private Operation[] NextOperations(long revision, int depth, SortedSet<Key> taken)
    {
        List<Operation> operations = [];
        for (int left = _random.Below(4); left > 0; left--)
        {
            Key key = NextKey();
            switch (_random.Below(depth == 0 ? 7 : 6))
            {
                case < 2 when taken.Add(key):
                    operations.Add(Op.Put(key, NextValue(), _random.Chance(0.5), NextLease()));
                    break;
                case 2 when taken.Add(key):
                    operations.Add(Op.Delete(key, _random.Chance(0.5)));
                    break;
                case 6 when taken.Count == 0:
                    operations.Add(Op.Txn(NextTxn(revision, depth + 1)));
                    return [.. operations];
                default:
                    operations.Add(Op.Range(NextRange(), NextRangeOptions(revision)));
                    break;
            }
        }

        return [.. operations];
    }
}
