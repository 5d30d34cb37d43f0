using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Simulation;

/// <summary>How a life asks the other founders before it takes part in the first election. In production the membership
/// service does, by requests of its own.</summary>
internal sealed partial class ReplicaLife
{
    private readonly Dictionary<MemberId, FounderReport> _reports = [];
    private long _ticksWhenAsked;

    /// <summary>Reports to another founder what this one holds.</summary>
    /// <param name="asker">Its life.</param>
    public void Tell(ReplicaLife asker)
    {
        FounderReport report = Core.Node.FounderReport;
        _cluster.Network.Send(Replica.Number, asker.Replica.Id, receiver =>
        {
            if (receiver.Life == asker)
            {
                asker.Later(0, EventKind.Message, () => asker.Take(report));
            }
        });
    }

    private void Take(FounderReport report) => Input(() =>
    {
        _reports[report.From] = report;
        Core.Node.TakeReports([.. _reports.Values]);
    });

    private void AskFounders()
    {
        if (!Core.Node.IsAskingFounders || Ticks - _ticksWhenAsked < _cluster.Profile.HeartbeatTicks)
        {
            return;
        }

        _ticksWhenAsked = Ticks;
        foreach (MemberId founder in Core.Node.Configuration.Voters)
        {
            if (founder != Replica.Id)
            {
                _cluster.Network.Send(Replica.Number, founder, receiver => receiver.Ask(this));
            }
        }
    }
}
