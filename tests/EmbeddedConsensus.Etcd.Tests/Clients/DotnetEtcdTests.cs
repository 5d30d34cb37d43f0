using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace EmbeddedConsensus.Etcd.Tests;

/// <summary>An etcd client library for .NET, unmodified.</summary>
public sealed class DotnetEtcdTests : IAsyncLifetime
{
    private EtcdServer _server = null!;
    private EtcdClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync(etcd => etcd.MaxTxnOperations = 2);
        _client = new EtcdClient(
            _server.Endpoint.ToString(),
            configureChannelOptions: options => options.Credentials = ChannelCredentials.Insecure);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Reads_writes_and_transactions()
    {
        PutResponse put = await _client.PutAsync("a", "1");
        Assert.Equal(2, put.Header.Revision);
        Assert.Equal("1", await _client.GetValAsync("a"));

        TxnRequest txn = new();
        txn.Compare.Add(new Etcdserverpb.Compare
        {
            Key = ByteString.CopyFromUtf8("a"),
            Target = Etcdserverpb.Compare.Types.CompareTarget.Create,
            Result = Etcdserverpb.Compare.Types.CompareResult.Equal,
            CreateRevision = 2,
        });
        txn.Success.Add(Put("b", "2"));
        txn.Success.Add(new RequestOp { RequestRange = new RangeRequest { Key = ByteString.CopyFromUtf8("b") } });
        TxnResponse response = await _client.TransactionAsync(txn);

        Assert.True(response.Succeeded);
        Assert.Equal("2", response.Responses[1].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Equal(1, (await _client.DeleteAsync("b")).Deleted);
    }

    [Fact]
    public async Task A_request_that_etcd_refuses_fails_with_its_code_and_text()
    {
        TxnRequest twice = new();
        twice.Success.Add(Put("a", "1"));
        twice.Success.Add(Put("a", "2"));
        await AssertRefusedAsync(
            StatusCode.InvalidArgument, "etcdserver: duplicate key given in txn request", twice);

        TxnRequest large = new();
        large.Failure.Add(Put("a", "1"));
        large.Failure.Add(Put("b", "1"));
        large.Failure.Add(Put("c", "1"));
        await AssertRefusedAsync(StatusCode.InvalidArgument, "etcdserver: too many operations in txn request", large);

        TxnRequest empty = new();
        empty.Success.Add(Put("", "1"));
        await AssertRefusedAsync(StatusCode.InvalidArgument, "etcdserver: key is not provided", empty);

        TxnRequest unset = new();
        unset.Success.Add(new RequestOp());
        await AssertRefusedAsync(StatusCode.InvalidArgument, "etcdserver: key not found", unset);
    }

    private static RequestOp Put(string key, string value) => new()
    {
        RequestPut = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) },
    };

    private async Task AssertRefusedAsync(StatusCode code, string text, TxnRequest txn)
    {
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => _client.TransactionAsync(txn));
        Assert.Equal(code, refused.StatusCode);
        Assert.Equal(text, refused.Status.Detail);
    }
}
