using System.Runtime.CompilerServices;
using System.Text;

namespace EmbeddedConsensus.Samples.TestingYourApp;

/// <summary>
/// Jobs that any process of the app may post, and that exactly one worker may claim, whichever processes and leaders
/// come and go. This is app code; nothing in it depends on tests.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock. In production <see cref="TimeProvider.System"/>, in a test the cluster's.</param>
public sealed class JobBoard(IKeyValueStore store, TimeProvider time)
{
    private const string Jobs = "jobs/";
    private const string Claims = "claims/";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Posts a job, once.</summary>
    /// <param name="job">The name of the job.</param>
    /// <param name="payload">What to do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is new.</returns>
    public async Task<bool> PostAsync(string job, string payload, CancellationToken cancellationToken = default)
    {
        TxnResult result = await store.TxnAsync(
            Txn.If(Compare.Missing(Jobs + job)).Then(Op.Put(Jobs + job, payload)), cancellationToken);
        return result.Succeeded;
    }

    /// <summary>Claims a job for a worker. Repeating a claim is safe: a worker keeps what it has.</summary>
    /// <param name="job">The name of the job.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the worker owns the job now.</returns>
    public async Task<bool> TryClaimAsync(string job, string worker, CancellationToken cancellationToken = default)
    {
        Txn claim = Txn
            .If(Compare.Exists(Jobs + job), Compare.Missing(Claims + job))
            .Then(Op.Put(Claims + job, worker))
            .Else(Op.Get(Claims + job));
        TxnResult result = await store.TxnAsync(claim, cancellationToken);
        return result.Succeeded
            || (result.GetKey(0)?.Value == worker);
    }

    /// <summary>Claims a job for a worker, however long the cluster is unavailable. Retrying is safe, because a worker
    /// keeps what it has: an unknown outcome needs no further care.</summary>
    /// <param name="job">The name of the job.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <returns>Whether the worker owns the job now.</returns>
    public async Task<bool> ClaimAsync(string job, string worker, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                return await TryClaimAsync(job, worker, cancellationToken);
            }
            catch (Exception exception) when (exception is QuorumUnavailableException or OutcomeUnknownException)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    /// <summary>The worker that has claimed a job.</summary>
    /// <param name="job">The name of the job.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The worker, or null.</returns>
    public async Task<string?> OwnerAsync(string job, CancellationToken cancellationToken = default) =>
        (await store.GetAsync(Claims + job, cancellationToken: cancellationToken))?.Value.ToString();

    /// <summary>Reads the names of jobs as they are posted.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<string> FollowAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (WatchEvent change in store.WatchAsync(
            KeyRange.Prefix(Jobs), cancellationToken: cancellationToken))
        {
            if (change.Type == WatchEventType.Put)
            {
                yield return Encoding.UTF8.GetString(change.KeyValue.Key.Span[Jobs.Length..]);
            }
        }
    }
}
