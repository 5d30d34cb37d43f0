using System.Text.Json.Serialization;

namespace EmbeddedConsensus.Tests.Api;

/// <summary>What a Web API would generate for the results of the store.</summary>
[JsonSerializable(typeof(KeyValue))]
[JsonSerializable(typeof(KeyResult))]
[JsonSerializable(typeof(PutResult))]
[JsonSerializable(typeof(DeleteResult))]
[JsonSerializable(typeof(RangeResult))]
[JsonSerializable(typeof(TxnResult))]
[JsonSerializable(typeof(ConditionalResult))]
[JsonSerializable(typeof(WatchEvent))]
[JsonSerializable(typeof(WatchBatch))]
[JsonSerializable(typeof(StoreHash))]
[JsonSerializable(typeof(StoreStatus))]
[JsonSerializable(typeof(ClusterMembership))]
[JsonSerializable(typeof(NewClusterResult))]
[JsonSerializable(typeof(MemberEndpoint))]
[JsonSerializable(typeof(Dictionary<Key, Value>))]
[JsonSerializable(typeof(Dictionary<MemberId, int>))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
