using System.Diagnostics;

namespace EmbeddedConsensus.Etcd.Tests;

/// <summary>The commands of an unmodified etcdctl against a store that an app hosts.</summary>
public sealed class EtcdctlTests : IAsyncLifetime
{
    private EtcdServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Etcdctl.IsInstalled, "etcdctl is not installed.");
        _server = await EtcdServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Put_get_and_delete()
    {
        Assert.Equal("OK\n", await RunAsync("put", "a", "1"));
        Assert.Equal("OK\na\n1\n", await RunAsync("put", "a", "2", "--prev-kv"));
        await RunAsync("put", "b", "3");

        Assert.Equal("a\n2\n", await RunAsync("get", "a"));
        Assert.Equal("a\n2\nb\n3\n", await RunAsync("get", "", "--prefix"));
        Assert.Equal("b\na\n", (await RunAsync("get", "a", "c", "--keys-only", "--order=DESCEND"))
            .Replace("\n\n", "\n", StringComparison.Ordinal));
        Assert.Equal("a\n1\n", await RunAsync("get", "a", "--rev=2"));
        Assert.Equal("b\n3\n", await RunAsync("get", "--from-key", "b"));
        Assert.Equal("a\n2\n", await RunAsync("get", "a", "--prefix", "--limit=1"));
        Assert.Equal("2\na\n2\nb\n3\n", await RunAsync("del", "", "--prefix", "--prev-kv"));
        Assert.Equal("", await RunAsync("get", "", "--prefix"));
        Assert.Equal("0\n", await RunAsync("del", "a"));
    }

    [Fact]
    public async Task A_transaction_takes_the_branch_that_its_compares_choose()
    {
        await RunAsync("put", "a", "1");

        string output = await RunWithInputAsync("value(\"a\") = \"1\"\n\nput a 2\nget a\n\nget b\n\n", "txn");

        Assert.Equal("SUCCESS\n\nOK\n\na\n2\n", output);
        Assert.Equal("2", (await _server.Store.GetAsync("a"))?.Value.ToString());
    }

    [Fact]
    public async Task A_watch_reads_history_and_goes_on_with_what_comes()
    {
        await RunAsync("put", "a", "1");
        await RunAsync("put", "b", "not watched");
        await RunAsync("put", "a", "2");
        using Process watch = Etcdctl.Start(_server, "watch", "a", "--rev=2", "--prev-kv");
        Assert.Equal(["PUT", "a", "1"], await ReadAsync(watch, 3));
        Assert.Equal(["PUT", "a", "1", "a", "2"], await ReadAsync(watch, 5));

        await _server.Store.DeleteAsync("a");

        Assert.Equal(["DELETE", "a", "2", "a", ""], await ReadAsync(watch, 5));
        watch.Kill();
    }

    [Fact]
    public async Task Compaction_ends_what_reads_before_it()
    {
        await RunAsync("put", "a", "1");
        await RunAsync("put", "a", "2");
        Assert.Equal("compacted revision 3\n", await RunAsync("compaction", "3"));

        (int exitCode, _, string errors) = await Etcdctl.RunAsync(_server, "", "get", "a", "--rev=2");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(
            "etcdserver: mvcc: required revision has been compacted", errors, StringComparison.Ordinal);
        (exitCode, _, errors) = await Etcdctl.RunAsync(_server, "", "watch", "a", "--rev=2");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("required revision has been compacted", errors, StringComparison.Ordinal);
        (_, _, errors) = await Etcdctl.RunAsync(_server, "", "compaction", "100");
        Assert.Contains("required revision is a future revision", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lease_is_granted_renewed_listed_and_revoked_with_its_keys()
    {
        string granted = await RunAsync("lease", "grant", "60");
        string id = granted.Split(' ')[1];
        Assert.Equal($"lease {id} granted with TTL(60s)\n", granted);
        await RunAsync("put", "a", "1", $"--lease={id}");

        Assert.Contains(id, await RunAsync("lease", "list"), StringComparison.Ordinal);
        Assert.Contains(
            "attached keys([a])", await RunAsync("lease", "timetolive", id, "--keys"), StringComparison.Ordinal);
        Assert.Equal($"lease {id} keepalived with TTL(60)\n", await RunAsync("lease", "keep-alive", "--once", id));
        Assert.Equal($"lease {id} revoked\n", await RunAsync("lease", "revoke", id));
        Assert.Equal("", await RunAsync("get", "a"));
        Assert.Contains("already expired", await RunAsync("lease", "timetolive", id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_or_impossible_lease_is_refused_as_etcd_refuses_it()
    {
        (_, _, string errors) = await Etcdctl.RunAsync(_server, "", "put", "a", "1", "--lease=77");
        Assert.Contains("etcdserver: requested lease not found", errors, StringComparison.Ordinal);
        (_, _, errors) = await Etcdctl.RunAsync(_server, "", "lease", "revoke", "77");
        Assert.Contains("etcdserver: requested lease not found", errors, StringComparison.Ordinal);
        (_, _, errors) = await Etcdctl.RunAsync(_server, "", "lease", "grant", "9000000001");
        Assert.Contains("etcdserver: too large lease TTL", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_the_members_and_the_hash()
    {
        string status = await RunAsync("endpoint", "status", "-w", "fields");
        Assert.Contains("\"Leader\" : 1\n", status, StringComparison.Ordinal);
        Assert.Contains("\"Revision\" : 1\n", status, StringComparison.Ordinal);
        Assert.Contains("is healthy", (await Etcdctl.RunAsync(_server, "", "endpoint", "health")).Errors
            + (await Etcdctl.RunAsync(_server, "", "endpoint", "health")).Output, StringComparison.Ordinal);
        Assert.Contains("1, started, 1", await RunAsync("member", "list"), StringComparison.Ordinal);
        Assert.NotEmpty(await RunAsync("endpoint", "hashkv"));
        Assert.Contains("Finished defragmenting", await RunAsync("defrag"), StringComparison.Ordinal);
        Assert.Equal("", await RunAsync("alarm", "list"));
    }

    [Fact]
    public async Task A_mirror_gets_what_is_there_and_what_comes()
    {
        for (int i = 0; i < 50; i++)
        {
            await _server.Store.PutAsync($"k/{i:00}", $"{i}");
        }

        Assert.Contains(
            "\"Count\" : 50\n", await RunAsync("get", "k/", "--prefix", "--limit=3", "-w", "fields"),
            StringComparison.Ordinal);
        await using EtcdServer copy = await EtcdServer.StartAsync();
        using Process mirror = Etcdctl.Start(_server, "make-mirror", copy.Endpoint.Authority);
        await WaitForKeyAsync(copy.Store, "k/49");
        await _server.Store.PutAsync("k/50", "later");
        await WaitForKeyAsync(copy.Store, "k/50");
        mirror.Kill();

        Assert.Equal(51, (await copy.Store.RangeAsync(KeyRange.Prefix("k/"))).Count);
    }

    private static async Task WaitForKeyAsync(IKeyValueStore store, Key key)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        await foreach (WatchEvent change in store.WatchAsync(
            key, new WatchOptions { StartRevision = 1 }, limit.Token))
        {
            return;
        }
    }

    private static async Task<string[]> ReadAsync(Process process, int lines)
    {
        string[] read = new string[lines];
        for (int i = 0; i < lines; i++)
        {
            read[i] = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? "(end)";
        }

        return read;
    }

    private Task<string> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    private async Task<string> RunWithInputAsync(string input, params string[] arguments)
    {
        (int exitCode, string output, string errors) = await Etcdctl.RunAsync(_server, input, arguments);
        Assert.True(exitCode == 0, $"etcdctl {string.Join(' ', arguments)}: {errors}");
        return output;
    }
}
