using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using EmbeddedConsensus.Diagnostics;
using EmbeddedConsensus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EmbeddedConsensus.Tests.Diagnostics;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_write_is_counted_and_timed_on_its_way()
    {
        ConcurrentDictionary<(string Name, string Member), double> sums = new();
        string name = $"telemetry-{Guid.NewGuid():N}";
        using MeterListener listener = Listen(name, (instrument, value) =>
            sums.AddOrUpdate((instrument.Name, MemberOf(instrument)), 1, (_, count) => count + 1));
        await using ConsensusTestCluster cluster = await ConsensusTestCluster.StartAsync(
            3, options => options.ConfigureStore = store => store.ClusterName = name);
        string leader = cluster.Leader.Id.ToString();

        await cluster.RunUntilAsync(cluster.Leader.Store.PutAsync("k", "v"));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(2));
        listener.RecordObservableInstruments();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(2));
        listener.RecordObservableInstruments();

        Assert.Equal(1, sums[("embedded_consensus.proposals", leader)]);
        Assert.True(sums[("embedded_consensus.commit.duration", leader)] >= 1);
        Assert.True(sums[("embedded_consensus.apply.duration", leader)] >= 1);
        Assert.True(sums[("embedded_consensus.log.flush.duration", leader)] >= 1);
        Assert.Equal(1, sums[("embedded_consensus.leader.changes", leader)]);
        Assert.True(sums[("embedded_consensus.peer.lag", leader)] >= 2);
    }

    [Fact]
    public void Marks_measure_each_index_once_and_allocate_nothing()
    {
        using StoreMetrics metrics = new("c", new MemberId(1));
        int measured = 0;
        using MeterListener listener = new();
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measured++);
        listener.EnableMeasurementEvents(metrics.CommitDuration);
        LatencyMarks marks = new(metrics.CommitDuration, TimeProvider.System);
        marks.Set(1);
        marks.Reach(1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong index = 2; index < 1_000; index++)
        {
            marks.Set(index);
            marks.Reach(index - 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(998, measured);
    }

    [Fact]
    public void More_marks_than_there_is_room_for_are_left_out()
    {
        using StoreMetrics metrics = new("c", new MemberId(1));
        int measured = 0;
        using MeterListener listener = new();
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => measured++);
        listener.EnableMeasurementEvents(metrics.CommitDuration);
        LatencyMarks marks = new(metrics.CommitDuration, TimeProvider.System);
        for (ulong index = 1; index <= 1_000; index++)
        {
            marks.Set(index);
        }

        marks.Reach(1_000);
        marks.Set(1_001);
        marks.Clear();
        marks.Reach(1_001);

        Assert.Equal(64, measured);
    }

    [Fact]
    public async Task A_call_has_an_activity_while_a_listener_wants_one()
    {
        string member = ((ulong)Random.Shared.NextInt64(1_000_000, long.MaxValue))
            .ToString(CultureInfo.InvariantCulture);
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "EmbeddedConsensus",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem("embedded_consensus.member.id"), member))
                {
                    ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddConsensusStore(
            options => options.MemberId = ulong.Parse(member, CultureInfo.InvariantCulture));
        using IHost host = builder.Build();
        await host.StartAsync();
        IKeyValueStore store = host.Services.GetRequiredService<IKeyValueStore>();
        await store.PutAsync("k", "v");
        await store.GetAsync("k");
        await store.DeleteAsync("k");
        await Assert.ThrowsAnyAsync<ConsensusStoreException>(
            async () => await store.GetAsync("k", new ReadOptions { Revision = 1_000 }));
        await host.StopAsync();

        Assert.Equal(
            [
                ("embedded_consensus put", ActivityStatusCode.Unset),
                ("embedded_consensus get", ActivityStatusCode.Unset),
                ("embedded_consensus delete", ActivityStatusCode.Unset),
                ("embedded_consensus get", ActivityStatusCode.Error),
            ],
            ended.Select(activity => (activity.DisplayName, activity.Status)));
    }

    private static MeterListener Listen(string cluster, Action<Instrument, double> record)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == StoreMetrics.MeterName
                    && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, cluster)))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => record(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => record(instrument, value));
        listener.Start();
        return listener;
    }

    private static string MemberOf(Instrument instrument) =>
        (string)instrument.Meter.Tags!.Single(tag => tag.Key == "embedded_consensus.member.id").Value!;
}
