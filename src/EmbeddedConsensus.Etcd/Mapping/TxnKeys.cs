using EmbeddedConsensus.Etcd.Protos;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace EmbeddedConsensus.Etcd.Mapping;

/// <summary>The keys that a list of operations writes. On one path through a transaction a key is put at most once, and
/// not put and deleted; the two branches of an inner transaction may write the same key.</summary>
internal sealed class TxnKeys
{
    private readonly HashSet<ByteString> _puts = [];
    private readonly List<KeyRange> _deletes = [];

    private TxnKeys()
    {
    }

    /// <summary>Checks both branches of a transaction.</summary>
    public static void Check(TxnRequest request)
    {
        _ = Of(request.Success);
        _ = Of(request.Failure);
    }

    private static TxnKeys Of(RepeatedField<RequestOp> operations)
    {
        TxnKeys keys = new();
        foreach (DeleteRangeRequest delete in operations
            .Select(operation => operation.RequestDeleteRange).OfType<DeleteRangeRequest>())
        {
            keys._deletes.Add(KeyMapping.Range(delete.Key, delete.RangeEnd));
        }

        foreach (TxnRequest inner in operations.Select(operation => operation.RequestTxn).OfType<TxnRequest>())
        {
            keys.Add(Of(inner.Success), Of(inner.Failure));
        }

        foreach (PutRequest put in operations.Select(operation => operation.RequestPut).OfType<PutRequest>())
        {
            keys.Put(put.Key);
        }

        return keys;
    }

    private void Add(TxnKeys success, TxnKeys failure)
    {
        foreach (ByteString key in success._puts)
        {
            Put(key);
        }

        foreach (ByteString key in failure._puts.Where(key => !success._puts.Contains(key)))
        {
            Put(key);
        }

        _deletes.AddRange(success._deletes);
        _deletes.AddRange(failure._deletes);
    }

    private void Put(ByteString key)
    {
        Key written = key.Memory;
        if (!_puts.Add(key) || _deletes.Exists(range => range.Contains(written)))
        {
            throw EtcdErrors.DuplicateKey;
        }
    }
}
