namespace EmbeddedConsensus.Samples.TtlCache;

/// <summary>A cache whose entries go when their time is over: each is put under a lease of its own that is not
/// renewed.</summary>
internal sealed class Cache(IKeyValueStore store, ILeaseManager leases)
{
    /// <summary>Caches a value for a time.</summary>
    public async Task SetAsync(string name, string value, TimeSpan lifetime)
    {
        LeaseGrant lease = await leases.GrantAsync(lifetime);
        await store.PutAsync(KeyOf(name), value, new PutOptions { Lease = lease.Id });
    }

    /// <summary>Returns a cached value; null when there is none, or its time is over.</summary>
    public async Task<string?> GetAsync(string name) => (await store.GetAsync(KeyOf(name)))?.Value.ToString();

    private static string KeyOf(string name) => $"cache/{name}";
}
