using EmbeddedConsensus;
using EmbeddedConsensus.Aot;

// Runs a cluster of three on FASTER and TCP inside one trimmed or native program: writes, watches, stops everything,
// starts again from the disks and reads back. Exits with 0 when all of it held, and with 1 otherwise.
using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(2));
using TemporaryFolder folder = new();
const int Writes = 50;
Key counter = "counter";

await using (Cluster cluster = await Cluster.StartAsync(folder.Path, deadline.Token))
{
    long revision = 0;
    for (int i = 1; i <= Writes; i++)
    {
        revision = (await cluster.StoreOf(i).PutAsync(counter, $"{i}", cancellationToken: deadline.Token)).Revision;
    }

    KeyValue? read = await cluster.StoreOf(0).GetAsync(counter, cancellationToken: deadline.Token);
    Check.Equal($"{Writes}", read?.Value.ToString());
    long seen = await Watching.CountAsync(cluster.StoreOf(1), counter, revision, deadline.Token);
    Check.Equal(Writes, seen);
}

await using (Cluster cluster = await Cluster.StartAsync(folder.Path, deadline.Token))
{
    KeyValue? read = await cluster.StoreOf(2).GetAsync(counter, cancellationToken: deadline.Token);
    Check.Equal($"{Writes}", read?.Value.ToString());
    Check.Equal(Writes, read?.Version);
}

Console.WriteLine(Check.Failures == 0 ? "passed" : "failed");
return Check.Failures == 0 ? 0 : 1;
