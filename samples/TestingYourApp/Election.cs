namespace EmbeddedConsensus.Samples.TestingYourApp;

/// <summary>
/// Elects one process of the app for work that only one may do. The leader renews its tenure; if it fails to for a
/// while, another process takes over. A process that was cut off stops by itself before that.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="time">The clock. In production <see cref="TimeProvider.System"/>, in a test the cluster's.</param>
/// <param name="candidate">The name of this process.</param>
public sealed class Election(IKeyValueStore store, TimeProvider time, string candidate)
{
    private const string Leader = "leader";

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tenure = TimeSpan.FromSeconds(5);

    /// <summary>Holds until a tenure is over: add it to the leader's transactions, so that a former leader that has not
    /// noticed the end of its tenure writes nothing.</summary>
    /// <param name="tenure">The tenure.</param>
    public static Compare Fence(string tenure) => Compare.Value(Leader).EqualTo(tenure);

    /// <summary>Runs for election repeatedly, and does the leader's work whenever it is elected.</summary>
    /// <param name="lead">The work: receives the tenure, and a token that is cancelled when the tenure is over. When
    /// the work ends, so does the tenure.</param>
    /// <param name="stop">Stops it.</param>
    public async Task RunAsync(Func<string, CancellationToken, Task> lead, CancellationToken stop)
    {
        while (true)
        {
            string tenure = await WinAsync(stop);
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task work = lead(tenure, over.Token);
            Task held = HoldAsync(tenure, over.Token);

            // A leader whose work has failed does not remain leader.
            await Task.WhenAny(work, held);
            await over.CancelAsync();
            await Task.WhenAll(work, held).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> WinAsync(CancellationToken stop)
    {
        long seen = 0;
        long since = time.GetTimestamp();
        while (true)
        {
            try
            {
                long current = (await store.GetAsync(Leader, cancellationToken: stop))?.ModRevision ?? 0;
                if (current != seen)
                {
                    (seen, since) = (current, time.GetTimestamp());
                }

                // The replaced value distinguishes this tenure from every other, including those of the same candidate.
                string tenure = $"{candidate}, after {seen}";
                if ((seen == 0 || time.GetElapsedTime(since) > Tenure) && await TryPutAsync(
                    Compare.ModRevision(Leader).EqualTo(seen), tenure, stop))
                {
                    return tenure;
                }
            }
            catch (Exception exception) when (exception is QuorumUnavailableException or OutcomeUnknownException)
            {
                stop.ThrowIfCancellationRequested();
            }

            await Task.Delay(Renewal, time, stop);
        }
    }

    /// <summary>Renews the tenure until a renewal fails.</summary>
    private async Task HoldAsync(string tenure, CancellationToken stop)
    {
        while (true)
        {
            using CancellationTokenSource over = new(Tenure - Renewal, time);
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop, over.Token);
            try
            {
                await Task.Delay(Renewal, time, stop);
                if (!await TryPutAsync(Fence(tenure), tenure, ended.Token))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is QuorumUnavailableException or OutcomeUnknownException)
            {
                stop.ThrowIfCancellationRequested();
                return;
            }
        }
    }

    private async Task<bool> TryPutAsync(Compare condition, string tenure, CancellationToken cancellationToken) =>
        (await store.TxnAsync(Txn.If(condition).Then(Op.Put(Leader, tenure)), cancellationToken)).Succeeded;
}
