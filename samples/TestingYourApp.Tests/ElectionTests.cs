using EmbeddedConsensus.Testing;

namespace EmbeddedConsensus.Samples.TestingYourApp.Tests;

/// <summary>One process leads, and no job of the leader runs twice.</summary>
public sealed class ElectionTests
{
    [Fact]
    public async Task A_leader_is_elected_soon_and_another_one_when_it_is_cut_off()
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3);
        using Office office = new(cluster);
        await cluster.RunUntilAsync(() => office.Leaders.Count == 1, TimeSpan.FromSeconds(2));
        int first = office.Leaders[0];

        cluster.Isolate(cluster.Members[first]);
        await cluster.RunUntilAsync(() => office.Leaders is [int next] && next != first, TimeSpan.FromSeconds(15));
        cluster.Heal();
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(office.Leaders);
        Assert.Equal(1, office.MostAtATime);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_two_processes_lead_at_once_and_no_job_runs_twice(ulong seed)
    {
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(3, o => o.Seed = seed);
        cluster.SetLinks(new LinkConditions { Jitter = TimeSpan.FromMilliseconds(40), LossProbability = 0.05 });
        using Office office = new(cluster);
        for (int round = 0; round < 6; round++)
        {
            await cluster.RunUntilAsync(() => office.Leaders.Count == 1);
            TestClusterMember leader = cluster.Members[office.Leaders[0]];
            switch (round % 3)
            {
                case 0:
                    cluster.Isolate(leader);
                    break;
                case 1:
                    leader.Pause();
                    break;
                default:
                    await cluster.DeposeLeaderAsync();
                    break;
            }

            await cluster.AdvanceAsync(TimeSpan.FromSeconds(20));
            leader.Resume();
            cluster.Heal();
        }

        Assert.Equal(1, office.MostAtATime);
        Assert.NotEmpty(office.Done);
        Assert.Equal(office.Done.Distinct(), office.Done);
    }

    /// <summary>Three processes of an app; the leader does one job per second.</summary>
    private sealed class Office : IDisposable
    {
        private readonly ConsensusTestCluster _cluster;
        private readonly CancellationTokenSource _stop = new();

        public Office(ConsensusTestCluster cluster)
        {
            _cluster = cluster;
            foreach (TestClusterMember member in cluster.Members)
            {
                Election election = new(member.Store, cluster.Time, $"process {member.Id}");
                cluster.Run(() => election.RunAsync((tenure, over) => LeadAsync(member, tenure, over), _stop.Token));
            }
        }

        public List<int> Leaders { get; } = [];

        public List<long> Done { get; } = [];

        public int MostAtATime { get; private set; }

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }

        private async Task LeadAsync(TestClusterMember member, string tenure, CancellationToken over)
        {
            Leaders.Add(member.Index);
            MostAtATime = Math.Max(MostAtATime, Leaders.Count);
            try
            {
                while (true)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), _cluster.Time, over);
                    KeyValue? last = await member.Store.GetAsync("done", cancellationToken: over);
                    long job = last?.Version ?? 0;
                    if ((await member.Store.TxnAsync(
                        Txn.If(Election.Fence(tenure)).Then(Op.Put("done", $"{job}")), over)).Succeeded)
                    {
                        Done.Add(job);
                    }
                }
            }
            finally
            {
                Leaders.Remove(member.Index);
            }
        }
    }
}
