using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Samples.ServiceRegistry;

/// <summary>Which instances of a service are up. An instance is registered under a lease that its process renews: when
/// the process dies or is cut off, the registration goes.</summary>
internal sealed class Registry(IKeyValueStore store, ILeaseManager leases)
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(1);

    /// <summary>Registers an instance until the result is disposed. Stop serving when <see cref="LeaseHandle.Lost"/> is
    /// cancelled: from then on others may take the instance for gone.</summary>
    public async Task<LeaseHandle> RegisterAsync(string service, string address)
    {
        LeaseHandle lease = await leases.AcquireAsync(TimeToLive);
        await store.PutAsync(KeyOf(service, address), "up", new PutOptions { Lease = lease.Id });
        return lease;
    }

    /// <summary>Registers an instance of a process that dies at once: its lease is never renewed.</summary>
    public async Task RegisterDyingAsync(string service, string address)
    {
        LeaseGrant lease = await leases.GrantAsync(TimeToLive);
        await store.PutAsync(KeyOf(service, address), "up", new PutOptions { Lease = lease.Id });
    }

    /// <summary>Returns the instances that are up.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string service)
    {
        RangeResult found = await store.RangeAsync(
            KeyRange.Prefix(KeyOf(service, "")), new RangeOptions { KeysOnly = true });
        return [.. found.Items.Select(item => item.Key.ToString()[KeyOf(service, "").Length..])];
    }

    /// <summary>Follows instances as they come and go.</summary>
    public async IAsyncEnumerable<(string Address, bool IsUp)> FollowAsync(
        string service, [EnumeratorCancellation] CancellationToken stop)
    {
        string prefix = KeyOf(service, "");
        await foreach (WatchEvent change in store.WatchAsync(KeyRange.Prefix(prefix), cancellationToken: stop))
        {
            yield return (change.KeyValue.Key.ToString()[prefix.Length..], change.Type == WatchEventType.Put);
        }
    }

    private static string KeyOf(string service, string address) => $"services/{service}/{address}";
}
