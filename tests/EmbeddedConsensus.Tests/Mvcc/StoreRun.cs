using EmbeddedConsensus.Mvcc;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>Executes one random history on the real store, on the model, and on a second member that reclaims as late
/// as possible, and compares their results.</summary>
internal sealed class StoreRun : IDisposable
{
    public static readonly MvccOptions Options = new()
    {
        PageBytes = 512, SegmentBytes = 16 * 1024, InitialSlabUnits = 1, MaxRecordBytes = 1 << 20,
    };

    private static readonly byte[] NoKey = [];
    private static readonly byte[] Zero = [0];
    private static readonly byte[][] Keys = MakeKeys();
    private static readonly int[] ValueSizes = [0, 1, 7, 40, 300, 3000, 6000];

    private readonly ModelStore _model = new();
    private readonly MvccStore _lazyMember = new(Options);
    private readonly List<PinnedView> _snapshots = [];
    private MvccStore _store = new(Options);
    private long _publishedRevision = 1;
    private long _publishedCompactRevision;

    public void Run(StoreStep[] steps)
    {
        foreach (StoreStep step in steps)
        {
            Take(step);
        }
        CheckEverything(steps.Length);
    }

    public void Dispose()
    {
        _snapshots.ForEach(s => s.Dispose());
        _store.Dispose();
        _lazyMember.Dispose();
    }

    private static byte[][] MakeKeys()
    {
        List<byte[]> keys = [[0], [0, 0], [0, 1], [1], [255], [255, 255], "a"u8.ToArray(), "ab"u8.ToArray()];
        for (int i = 0; i < 12; i++)
        {
            keys.Add([.. "registry/services/"u8, (byte)('a' + i)]);
        }
        for (int i = 0; i < 6; i++)
        {
            byte[] tail = new byte[i % 2 == 0 ? 33 : 700 + i];
            tail[^1] = (byte)i;
            keys.Add([.. "registry/services/long/"u8, .. tail]);
            keys.Add([.. "registry/services/long/"u8, .. tail, 1]);
        }
        return [.. keys];
    }

    private static byte[] Key(int n) => Keys[n % Keys.Length];

    private static byte[] Value(int n, int fill)
    {
        byte[] value = new byte[ValueSizes[n % ValueSizes.Length]];
        Array.Fill(value, (byte)fill);
        return value;
    }

    private void Take(StoreStep step)
    {
        switch (step.Kind)
        {
            case StoreStepKind.Put:
                Transact(() => Put(step.A, step.B, step.C));
                break;
            case StoreStepKind.Delete:
                Transact(() => Delete(Key(step.A), NoKey));
                break;
            case StoreStepKind.DeleteRange:
                Transact(() => Delete(step.C % 4 == 0 ? Zero : Key(step.A), step.C % 3 == 0 ? Zero : Key(step.B)));
                break;
            case StoreStepKind.Transaction:
                Transact(() => ManyOperations(step));
                break;
            case StoreStepKind.Publish:
                _store.Publish();
                (_publishedRevision, _publishedCompactRevision) = (_model.Revision, _model.CompactRevision);
                break;
            case StoreStepKind.Compact:
                Compact(step.A);
                break;
            case StoreStepKind.Reclaim:
                _store.Reclaim(1 + step.A % 20);
                break;
            case StoreStepKind.OpenView:
                PinnedView opened = _store.OpenView();
                Assert.Equal(_publishedRevision, opened.Revision);
                Assert.Equal(_publishedCompactRevision, opened.CompactRevision);
                _snapshots.Add(opened);
                break;
            case StoreStepKind.CloseSnapshot when _snapshots.Count > 0:
                CheckAndClose(step.A % _snapshots.Count, step.B);
                break;
            case StoreStepKind.Transfer:
                Transfer(step.A);
                break;
        }
    }

    private void Transact(Action body)
    {
        _store.BeginTxn();
        _lazyMember.BeginTxn();
        _model.Begin();
        body();
        bool changed = _model.End();
        Assert.Equal(changed, _store.EndTxn());
        Assert.Equal(changed, _lazyMember.EndTxn());
        Assert.Equal(_model.Revision, _store.CurrentRevision);
    }

    private void Put(int key, int value, int fill)
    {
        long lease = fill % 3;
        long revision = _store.Put(Key(key), Value(value, fill), lease);
        Assert.Equal(revision, _lazyMember.Put(Key(key), Value(value, fill), lease));
        _model.Put(Key(key), Value(value, fill), lease);
    }

    private void Delete(byte[] key, byte[] end)
    {
        long deleted = _model.Delete(key, end);
        Assert.Equal(deleted, _store.Delete(key, end));
        Assert.Equal(deleted, _lazyMember.Delete(key, end));
    }

    private void ManyOperations(StoreStep step)
    {
        for (int i = 0; i < 2 + step.B % 12; i++)
        {
            if ((step.C + i) % 4 == 0)
            {
                Delete(Key(step.A + i * 7), NoKey);
            }
            else
            {
                Put(step.A + i * 5, step.B + i, step.C + i);
            }
            // The open transaction's own writes are visible.
            byte[] key = Key(step.A + i * 5);
            ModelVersion? expected = _model.Find(key, long.MaxValue);
            Assert.Equal(expected is not null, _store.WriterView.TryGet(key, 0, out MvccRecord record));
            Assert.True(expected is null || expected == ModelVersion.From(record));
        }
    }

    private void Compact(int n)
    {
        if (_model.Revision > _model.CompactRevision)
        {
            long span = _model.Revision - _model.CompactRevision;
            long revision = n % 3 == 0 ? _model.Revision : _model.CompactRevision + 1 + n % span;
            _store.Compact(revision);
            _lazyMember.Compact(revision);
            _model.Compact(revision);
        }
    }

    private void CheckAndClose(int index, int n)
    {
        PinnedView pinned = _snapshots[index];
        CheckView(pinned.View, n);
        pinned.Dispose();
        pinned.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pinned.Revision);
        _snapshots.RemoveAt(index);
    }

    /// <summary>Transfers the store to another member, which replaces it.</summary>
    private void Transfer(int n)
    {
        _store.Publish();
        (_publishedRevision, _publishedCompactRevision) = (_model.Revision, _model.CompactRevision);
        MvccStore restored = MvccTransfer.Decode(MvccTransfer.Encode(_store, 1 + n % 5000), Options, 1 + n % 701);
        Assert.Equal(_store.WriterView.Hash(0), restored.WriterView.Hash(0));
        // Views of the old store outlive it.
        _store.Dispose();
        _store = restored;
    }

    private void CheckEverything(int n)
    {
        _store.Validate();
        _lazyMember.Validate();
        _store.Publish();
        CheckView(_store.WriterView, n);
        for (long revision = Math.Max(1, _model.CompactRevision); revision <= _model.Revision; revision++)
        {
            Assert.Equal(_lazyMember.WriterView.Hash(revision), _store.WriterView.Hash(revision));
        }
        while (_snapshots.Count > 0)
        {
            CheckAndClose(0, n);
        }
        while (_store.Reclaim(7))
        {
            _store.Publish();
        }
        _store.Publish();
        _store.Validate();
        CheckView(_store.WriterView, n + 1);
        Assert.Equal(_lazyMember.WriterView.Hash(0), _store.WriterView.Hash(0));
    }

    private void CheckView(MvccView view, int n)
    {
        long first = Math.Max(1, view.CompactRevision);
        for (long revision = first; revision <= view.Revision; revision += 1 + n % 5)
        {
            CheckRange(view, Zero, Zero, revision);
            CheckRange(view, Key(n + (int)revision), Key(n), revision);
            CheckRange(view, Key(n + (int)revision), Zero, revision);
            byte[] key = Key((int)revision);
            Assert.Equal(_model.Find(key, revision) is not null, view.TryGet(key, revision, out _));
        }
        CheckRange(view, Zero, Zero, 0);
        CheckEvents(view, first);
        CheckEvents(view, first + (view.Revision - first) / 2);
        if (view.CompactRevision > 1)
        {
            Assert.Throws<InvariantViolationException>(() => view.TryGet(Zero, view.CompactRevision - 1, out _));
            Assert.Throws<InvariantViolationException>(() => view.Events(view.CompactRevision - 1));
        }
        Assert.Throws<InvariantViolationException>(() => view.Count(Zero, Zero, view.Revision + 1));
    }

    private void CheckRange(MvccView view, byte[] key, byte[] end, long revision)
    {
        List<ModelVersion> expected = _model.Range(key, end, revision == 0 ? view.Revision : revision);
        List<ModelVersion> actual = [];
        foreach (MvccRecord record in view.Range(key, end, revision))
        {
            actual.Add(ModelVersion.From(record));
        }
        Assert.Equal(expected, actual);
        Assert.Equal(expected.Count, view.Count(key, end, revision));
        actual.Clear();
        MvccRangeCursor backwards = view.Range(key, end, revision);
        while (backwards.MovePrevious())
        {
            actual.Insert(0, ModelVersion.From(backwards.Current));
        }
        Assert.Equal(expected, actual);
    }

    private void CheckEvents(MvccView view, long from)
    {
        List<ModelVersion> expected = _model.Events(from, view.Revision);
        int i = 0;
        foreach (MvccRecord change in view.Events(from))
        {
            Assert.Equal(expected[i], ModelVersion.From(change));
            ModelVersion? previous = change.ModRevision > view.CompactRevision ? _model.Previous(expected[i]) : null;
            Assert.Equal(previous is not null, view.TryGetPrevious(change, out MvccRecord actual));
            Assert.True(previous is null || previous == ModelVersion.From(actual));
            i++;
        }
        Assert.Equal(expected.Count, i);
    }
}
