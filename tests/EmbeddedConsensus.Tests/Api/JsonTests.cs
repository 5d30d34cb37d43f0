using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EmbeddedConsensus.Tests.Api;

public sealed class JsonTests
{
    private static readonly KeyValue Item = new()
    {
        Key = "a", Value = "1", CreateRevision = 2, ModRevision = 5, Version = 3, Lease = 7,
    };

    private static readonly KeyValue Binary = new() { Key = new byte[] { 0xff, 0 }, Value = "base64:no"u8 };

    public static TheoryData<byte[], string> Forms => new()
    {
        { "plain"u8.ToArray(), "plain" },
        { [], "" },
        { "grün\n\0"u8.ToArray(), "grün\n\0" },
        { [0xff, 0x00], "base64:/wA=" },
        { [0xc3], "base64:ww==" },
        { "base64:x"u8.ToArray(), "base64:YmFzZTY0Ong=" },
        { "Base64:x"u8.ToArray(), "Base64:x" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Bytes_are_text_where_they_are_text_and_come_back_exactly(byte[] bytes, string form)
    {
        Dictionary<Key, Value> written = new() { [bytes] = bytes };

        string json = JsonSerializer.Serialize(written, ApiJsonContext.Default.DictionaryKeyValue);
        Dictionary<Key, Value> read = JsonSerializer.Deserialize(json, ApiJsonContext.Default.DictionaryKeyValue)!;

        Assert.Equal(form, JsonDocument.Parse(json).RootElement.EnumerateObject().Single().Name);
        Assert.Equal(form, JsonDocument.Parse(json).RootElement.EnumerateObject().Single().Value.GetString());
        KeyValuePair<Key, Value> only = Assert.Single(read);
        Assert.Equal((Key)bytes, only.Key);
        Assert.Equal((Value)bytes, only.Value);
    }

    [Theory]
    [InlineData("""{"Key":"base64:???"}""")]
    [InlineData("""{"Key":"\ud800"}""")]
    [InlineData("""{"Key":1}""")]
    [InlineData("""{"Value":"a"}""")]
    public void What_is_no_key_is_refused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ApiJsonContext.Default.KeyValue));

    [Fact]
    public void Member_ids_are_numbers_and_read_from_texts_too()
    {
        Dictionary<MemberId, int> ids = new() { [new MemberId(ulong.MaxValue)] = 1 };
        string json = JsonSerializer.Serialize(ids, ApiJsonContext.Default.DictionaryMemberIdInt32);

        Assert.Equal("""{"18446744073709551615":1}""", json);
        Assert.Equal(ids, JsonSerializer.Deserialize(json, ApiJsonContext.Default.DictionaryMemberIdInt32));
        MemberEndpoint endpoint = new(new MemberId(3), "a:1");
        Assert.Equal("""{"Id":3,"Address":"a:1"}""", JsonSerializer.Serialize(
            endpoint, ApiJsonContext.Default.MemberEndpoint));
        Assert.Equal(endpoint, JsonSerializer.Deserialize(
            """{"Id":"3","Address":"a:1"}""", ApiJsonContext.Default.MemberEndpoint));
    }

    [Fact]
    public void Every_result_comes_back_as_it_was()
    {
        RangeResult range = new() { Items = [Item, Binary], Count = 9, More = true, Revision = 11 };
        TxnResult inner = new() { Revision = 11, Responses = [new RangeOperationResult { Result = range }] };
        WatchEvent change = new()
        {
            Type = WatchEventType.Delete, KeyValue = Item, Previous = Binary, EndsRevision = true,
        };
        ClusterMembership membership = new()
        {
            ClusterId = ulong.MaxValue,
            Index = 4,
            Leader = new MemberId(1),
            Members = [new ClusterMemberInfo { Id = new MemberId(1), Address = "a", Role = MemberRole.Learner }],
            PlannedVoters = [new MemberId(2)],
            IsChanging = true,
        };
        RoundTrip(Item, ApiJsonContext.Default.KeyValue);
        RoundTrip(new KeyResult { KeyValue = Item, Revision = 8 }, ApiJsonContext.Default.KeyResult);
        RoundTrip(new PutResult { Revision = 8, Previous = Binary }, ApiJsonContext.Default.PutResult);
        RoundTrip(
            new DeleteResult { Revision = 8, Deleted = 1, Previous = [Item] }, ApiJsonContext.Default.DeleteResult);
        RoundTrip(range, ApiJsonContext.Default.RangeResult);
        RoundTrip(
            new TxnResult
            {
                Succeeded = true,
                Revision = 11,
                Responses =
                [
                    new PutOperationResult { Result = new PutResult { Revision = 11, Previous = Item } },
                    new DeleteOperationResult { Result = new DeleteResult { Revision = 11, Deleted = 2 } },
                    new TxnOperationResult { Result = inner },
                ],
            },
            ApiJsonContext.Default.TxnResult);
        RoundTrip(
            new ConditionalResult { Succeeded = true, Revision = 3, Current = Item },
            ApiJsonContext.Default.ConditionalResult);
        RoundTrip(change, ApiJsonContext.Default.WatchEvent);
        RoundTrip(new WatchBatch { Revision = 5, Events = [change] }, ApiJsonContext.Default.WatchBatch);
        RoundTrip(new StoreHash { Hash = 1, Revision = 2, CompactRevision = 3 }, ApiJsonContext.Default.StoreHash);
        RoundTrip(membership, ApiJsonContext.Default.ClusterMembership);
        RoundTrip(Status(membership), ApiJsonContext.Default.StoreStatus);
        RoundTrip(
            new NewClusterResult
            {
                IsForced = true, ClusterId = 1, LastIndex = 2, CommitIndex = 3, Revision = 4,
                DroppedMembers = [new MemberId(2)],
            },
            ApiJsonContext.Default.NewClusterResult);
    }

    [Fact]
    public void A_status_keeps_the_message_of_its_fault()
    {
        StoreStatus status = Status(null!) with { Fault = new InvalidOperationException("disk") };

        string json = JsonSerializer.Serialize(status, ApiJsonContext.Default.StoreStatus);

        Assert.Equal("disk", JsonSerializer.Deserialize(json, ApiJsonContext.Default.StoreStatus)!.FaultMessage);
    }

    [Fact]
    public void A_value_holds_an_object_as_json()
    {
        Value value = Value.WriteJson(
            new MemberEndpoint(new MemberId(3), "a:1"), ApiJsonContext.Default.MemberEndpoint);

        Assert.Equal("""{"Id":3,"Address":"a:1"}""", value.ToString());
        Assert.Equal("a:1", value.ReadJson(ApiJsonContext.Default.MemberEndpoint)?.Address);
        Assert.Throws<JsonException>(() => ((Value)"{").ReadJson(ApiJsonContext.Default.MemberEndpoint));
    }

    private static StoreStatus Status(ClusterMembership membership) => new()
    {
        Member = new MemberId(1),
        State = StoreState.Running,
        Role = ReplicaRole.Leader,
        Leader = new MemberId(1),
        Term = 2,
        LastIndex = 9,
        CommitIndex = 8,
        AppliedIndex = 7,
        SnapshotIndex = 6,
        Revision = 5,
        CompactRevision = 4,
        Voters = [new MemberId(1)],
        Membership = membership,
        FormatVersion = 2,
    };

    // Lists compare by reference, so the text of the second trip stands for what was read.
    private static void RoundTrip<T>(T written, JsonTypeInfo<T> typeInfo)
    {
        string json = JsonSerializer.Serialize(written, typeInfo);
        T read = JsonSerializer.Deserialize(json, typeInfo)!;
        Assert.Equal(json, JsonSerializer.Serialize(read, typeInfo));
    }
}
