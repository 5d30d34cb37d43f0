using System.Buffers;
using System.Globalization;
using EmbeddedConsensus.Commands;
using EmbeddedConsensus.Leases;
using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.Raft;
using EmbeddedConsensus.Replica;
using EmbeddedConsensus.Replica.Core;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.StateMachine.Operations;
using EmbeddedConsensus.Storage;
using EmbeddedConsensus.Tests.StateMachine;

namespace EmbeddedConsensus.Tests.Leases;

/// <summary>What entries do to leases and to the keys that are attached to them.</summary>
public sealed class LeaseOperationTests : IDisposable
{
    private readonly Machine _machine = new();

    private LeaseTable Leases => _machine.State.Leases;

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void A_put_under_a_lease_shows_it_and_a_revocation_deletes_it()
    {
        Grant(7);
        _machine.Put("a", "1", lease: 7);
        Assert.Equal(7, _machine.Range("a").Items[0].Lease);

        ApplyResult revoked = _machine.Execute(new LeaseRevokeOperation(7));

        Assert.Equal(1, revoked.Deleted);
        Assert.True(((LeaseEnded)revoked.Payload!).IsComplete);
        Assert.Null(_machine.Get("a"));
        Assert.False(Leases.IsUsed(7));
    }

    [Fact]
    public void Keys_that_were_deleted_put_again_without_it_or_put_under_another_one_are_no_longer_the_leases()
    {
        Grant(7);
        Grant(8);
        foreach (string key in (string[])["a", "b", "c", "d"])
        {
            _machine.Put(key, "1", lease: 7);
        }

        _machine.Put("b", "2");
        _machine.Delete("c");
        _machine.Put("c", "2");
        _machine.Put("d", "2", lease: 8);
        Assert.Equal(["a"], KeysOf(7));
        Assert.Equal(["d"], KeysOf(8));

        _machine.Execute(new LeaseRevokeOperation(7));

        Assert.Equal(["b", "c", "d"], _machine.Range(KeyRange.All).Items.Select(item => item.Key.ToString()));
    }

    [Fact]
    public void A_revocation_deletes_its_keys_in_one_revision()
    {
        Grant(7);
        for (int i = 0; i < LeaseEnding.MaxKeys; i++)
        {
            _machine.Put(Name(i), "1", lease: 7);
        }

        long before = _machine.State.Store.CurrentRevision;
        _machine.Execute(new LeaseRevokeOperation(7));

        Assert.Equal(before + 1, _machine.State.Store.CurrentRevision);
        Assert.Empty(_machine.Range(KeyRange.All).Items);
    }

    [Fact]
    [Trait("Scenario", "56")]
    public void A_huge_lease_ends_in_bounded_pieces_and_takes_no_key_from_its_first_piece_on()
    {
        const int Keys = (2 * LeaseEnding.MaxKeys) + 500;
        Grant(7);
        for (int i = 0; i < Keys; i++)
        {
            _machine.Put(Name(i), "1", lease: 7);
        }

        ApplyResult first = _machine.Execute(new LeaseRevokeOperation(7));
        Assert.Equal(LeaseEnding.MaxKeys, first.Deleted);
        Assert.False(((LeaseEnded)first.Payload!).IsComplete);
        Assert.IsType<LeaseNotFoundException>(_machine.Put("new", "1", lease: 7).Error);
        Assert.Equal([0L], (long[])_machine.Execute(new LeaseKeepAliveOperation([7])).Payload!);
        Assert.IsType<LeaseExistsException>(_machine.Execute(new LeaseGrantOperation(7, 1_000)).Error);

        _machine.Put(Name(Keys - 1), "saved");
        Assert.Equal(LeaseEnding.MaxKeys, _machine.Execute(new LeaseExpireOperation([])).Deleted);
        Assert.Equal(499, _machine.Execute(new LeaseRevokeOperation(7)).Deleted);
        Assert.Equal("saved", Assert.Single(_machine.Range(KeyRange.All).Items).Value.ToString());
        Assert.False(Leases.IsUsed(7));
    }

    [Fact]
    [Trait("Scenario", "56")]
    public void A_put_that_loses_to_a_revocation_leaves_no_key()
    {
        Grant(7);
        _machine.Execute(new LeaseRevokeOperation(7));

        ApplyResult put = _machine.Put("a", "1", lease: 7);

        Assert.Equal(7, Assert.IsType<LeaseNotFoundException>(put.Error).Lease);
        Assert.Null(_machine.Get("a"));
    }

    [Fact]
    [Trait("Scenario", "54")]
    public void A_renewal_of_a_lease_that_was_revoked_or_not_yet_granted_reports_that_it_does_not_exist()
    {
        Grant(7);
        Grant(8);
        _machine.Execute(new LeaseRevokeOperation(7));

        Assert.Equal([0L, 60_000, 0], (long[])_machine.Execute(new LeaseKeepAliveOperation([7, 8, 9])).Payload!);
    }

    [Fact]
    public void A_transaction_with_a_lease_that_does_not_exist_changes_nothing()
    {
        ApplyResult result = _machine.RunTxn(
            Txn.Do(Op.Put("a", "1"), Op.Put("b", "1", lease: 9)));

        Assert.IsType<LeaseNotFoundException>(result.Error);
        Assert.Empty(_machine.Range(KeyRange.All).Items);
    }

    [Fact]
    public void A_condition_on_the_lease_sees_zero_for_keys_without_one()
    {
        Grant(7);
        _machine.Put("a", "1", lease: 7);
        _machine.Put("b", "1");

        Assert.True(Holds(Compare.Lease("a").EqualTo(7)));
        Assert.True(Holds(Compare.Lease("b").EqualTo(0)));
        Assert.True(Holds(Compare.Lease("c").EqualTo(0)));
        Assert.False(Holds(Compare.Lease(KeyRange.All).EqualTo(7)));
        Assert.True(Holds(Compare.Lease(KeyRange.All).LessThan(8)));
    }

    [Theory]
    [Trait("Scenario", "55")]
    [InlineData(-1, 1_000, "id")]
    [InlineData(0, 1_000, "id")]
    [InlineData(1, 0, "timeToLive")]
    [InlineData(1, -5, "timeToLive")]
    [InlineData(1, 9_000_000_000_001, "timeToLive")]
    [InlineData(1, long.MaxValue, "timeToLive")]
    public void A_grant_out_of_range_is_refused_and_names_the_argument(long id, long timeToLive, string argument) =>
        Assert.Equal(argument, Assert.Throws<InvalidRequestException>(
            () => _machine.Execute(new LeaseGrantOperation(id, timeToLive))).ParamName);

    [Fact]
    public void Negative_leases_are_refused()
    {
        Assert.Throws<InvalidRequestException>(() => _machine.Execute(new LeaseRevokeOperation(-1)));
        Assert.Throws<InvalidRequestException>(() => _machine.Execute(new LeaseKeepAliveOperation([3, -1])));
        Assert.Throws<InvalidRequestException>(() => _machine.Execute(Op.Put("a", "1", lease: -1)));
    }

    [Fact]
    public void An_id_in_use_is_refused()
    {
        Grant(7);

        Assert.Equal(
            7, Assert.IsType<LeaseExistsException>(_machine.Execute(new LeaseGrantOperation(7, 1_000)).Error).Lease);
    }

    [Fact]
    public async Task A_snapshot_carries_leases_their_keys_in_order_and_what_is_left_of_those_that_ended()
    {
        Grant(9);
        Grant(7);
        Grant(8);
        for (int i = 0; i < LeaseEnding.MaxKeys + 3; i++)
        {
            _machine.Put(Name(i), "1", lease: 8);
        }

        _machine.Put("z", "1", lease: 7);
        _machine.Put("a", "1", lease: 7);
        _machine.Put("z", "2", lease: 7);
        _machine.Execute(new LeaseKeepAliveOperation([9]));
        _machine.Execute(new LeaseCheckpointOperation([new LeaseMark(9, Leases[Leases.Find(9)].Renewal, 5_000)]));
        _machine.Execute(new LeaseRevokeOperation(8));

        using Machine other = new() { State = await CopyAsync(_machine.State) };

        Assert.Equal(
            Leases.Copy().OrderBy(record => record.Id), other.State.Leases.Copy().OrderBy(record => record.Id));
        Assert.Equal(Leases.Renewals, other.State.Leases.Renewals);
        Assert.Equal(["a", "z"], KeysOf(7));
        Assert.Equal(["a", "z"], KeysOf(other.State.Leases, 7));
        Assert.Equal(5_000, other.State.Leases.RemainingOf(other.State.Leases.Find(9)));
        foreach (Machine machine in (Machine[])[_machine, other])
        {
            ApplyResult? rest = machine.TryRun(
                machine.Encode(new LeaseExpireOperation([])), new ProposalId(new MemberId(2), 1, 1));
            Assert.Equal(3, rest?.Deleted);
            Assert.Equal(2, machine.Range(KeyRange.All).Count);
        }
    }

    [Fact]
    public void Random_operations_leave_each_key_with_the_lease_of_its_record()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RunRandom(new Random(seed));
        }
    }

    internal static async Task<ReplicatedStateMachine> CopyAsync(ReplicatedStateMachine machine)
    {
        ArrayBufferWriter<byte> output = new();
        using StateSnapshot snapshot = new(machine);
        while (snapshot.WriteNext(output, maxBytes: 100))
        {
        }

        byte[][] blocks =
        [
            .. output.WrittenSpan.ToArray().Chunk(InMemorySnapshot.BlockBytes)
                .Select(piece => piece.Length == InMemorySnapshot.BlockBytes
                    ? piece
                    : [.. piece, .. new byte[InMemorySnapshot.BlockBytes - piece.Length]]),
        ];
        ClusterConfiguration members = ClusterConfiguration.OfVoters([new MemberId(1), new MemberId(2)]);
        await using InMemorySnapshotReader reader = new(new InMemorySnapshot(
            SnapshotMetadataCodec.Encode(new SnapshotMetadata(machine.Applied, members)), blocks, output.WrittenCount));
        return await StateSnapshotLoader.LoadAsync(reader, new MvccOptions());
    }

    private static void RunRandom(Random random)
    {
        using Machine machine = new();
        for (int step = 0; step < 1_500; step++)
        {
            long id = random.Next(1, 6);
            string key = Name(random.Next(12));
            switch (random.Next(8))
            {
                case 0:
                    machine.Execute(new LeaseGrantOperation(id, 1_000));
                    break;
                case 1:
                    machine.Execute(new LeaseRevokeOperation(id));
                    break;
                case 2:
                    machine.Delete(KeyRange.From(key));
                    break;
                case 3:
                    machine.RunTxn(Txn.Do(
                        Op.Delete(key), Op.Put(Name(20), "t", lease: machine.State.Leases.IsUsed(id) ? id : 0)));
                    break;
                default:
                    machine.Put(key, "v", lease: random.Next(3) > 0 ? id : 0);
                    break;
            }

            Assert.Equal(
                machine.Range(KeyRange.All).Items.Where(item => item.Lease != 0)
                    .Select(item => (item.Lease, item.ModRevision, item.Key)).Order(),
                Enumerable.Range(1, 5).SelectMany(lease => KeysOf(machine.State.Leases, lease)
                    .Select(name => machine.Range(name).Items[0])
                    .Select(item => ((long)lease, item.ModRevision, item.Key))));
        }
    }

    private static string Name(int number) => "k" + number.ToString("d5", CultureInfo.InvariantCulture);

    private static List<string> KeysOf(LeaseTable leases, long id)
    {
        List<string> keys = [];
        int slot = leases.Find(id);
        for (int key = slot == 0 ? 0 : leases[slot].FirstKey; key != 0; key = leases.Keys.NextOf(key))
        {
            keys.Add(new Key(leases.Keys[key].ToArray()).ToString());
        }

        return keys;
    }

    private List<string> KeysOf(long id) => KeysOf(Leases, id);

    private void Grant(long id) => Assert.Null(_machine.Execute(new LeaseGrantOperation(id, 60_000)).Error);

    private bool Holds(Compare condition) => _machine.Txn(Txn.If(condition)).Succeeded;
}
