using System.Net;
using System.Text;

namespace EmbeddedConsensus.Etcd.Tests;

/// <summary>What a probe or curl sees.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private EtcdServer _server = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await EtcdServer.StartAsync();
        _client = new HttpClient
        {
            BaseAddress = _server.Endpoint,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("/health", """{"health":"true","reason":""}""")]
    [InlineData("/livez", "ok\n")]
    [InlineData("/readyz?verbose",
        "[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n")]
    [InlineData("/readyz?verbose&exclude=non_learner", "[+]serializable_read ok\n[+]linearizable_read ok\nok\n")]
    [InlineData("/version", """{"etcdserver":"3.6.0","etcdcluster":"3.6.0"}""")]
    public async Task A_member_that_serves_says_so(string path, string expected) =>
        Assert.Equal(expected, await _client.GetStringAsync(new Uri(path, UriKind.Relative)));

    [Fact]
    public async Task Calls_can_be_made_in_json()
    {
        // "YQ==" is a, "MQ==" is 1.
        string put = await PostAsync("/v3/kv/put", """{"key":"YQ==","value":"MQ=="}""");
        Assert.Contains("\"revision\":\"2\"", put, StringComparison.Ordinal);
        Assert.Contains("\"raft_term\":", put, StringComparison.Ordinal);

        string range = await PostAsync("/v3/kv/range", """{"key":"YQ=="}""");
        Assert.Contains(
            """
            "kvs":[{"key":"YQ==","create_revision":"2","mod_revision":"2","version":"1","value":"MQ=="}],"count":"1"
            """,
            range.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

        string txn = await PostAsync("/v3/kv/txn",
            """
            {"compare":[{"target":"VALUE","key":"YQ==","value":"MQ=="}],
             "success":[{"request_put":{"key":"YQ==","value":"Mg=="}}]}
            """);
        Assert.Contains("\"succeeded\":true", txn.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("2", (await _server.Store.GetAsync("a"))?.Value.ToString());
    }

    private async Task<string> PostAsync(string path, string json)
    {
        using StringContent content = new(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return body;
    }
}
