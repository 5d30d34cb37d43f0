namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Random schedules of everything that can happen to a cluster, checked against Raft's guarantees after every
/// step. A failure names its seed; the same seed replays it.</summary>
public sealed class RaftSafetyTests
{
    private const int Seeds = 100;
    private const int Steps = 3000;

    [Theory]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [Trait("Scenario", "1")]
    [Trait("Scenario", "2")]
    [Trait("Scenario", "5")]
    [Trait("Scenario", "7")]
    [Trait("Scenario", "8")]
    [Trait("Scenario", "10")]
    [Trait("Scenario", "12")]
    [Trait("Scenario", "13")]
    [Trait("Scenario", "16")]
    public void The_guarantees_of_Raft_hold_in_random_schedules(int members, int block)
    {
        int leaders = 0;
        int reads = 0;
        ulong commits = 0;
        for (int seed = block * Seeds; seed < (block + 1) * Seeds; seed++)
        {
            RandomSchedule schedule = new(members, (ulong)seed, changesMembers: false);
            try
            {
                schedule.Run(Steps);
                schedule.CheckProgressAfterHealing();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"seed {seed} with {members} members, step {schedule.StepNumber}: {e.Message}", e);
            }

            leaders += schedule.Checker.LeaderCount;
            reads += schedule.Checker.ConfirmedReads;
            commits += schedule.Checker.MaxCommit;
        }

        // The schedules must be worth something.
        Assert.True(leaders > Seeds * 4, $"only {leaders} leaders");
        Assert.True(reads > Seeds * 5, $"only {reads} reads");
        Assert.True(commits > Seeds * 40, $"only {commits} commits");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    [Trait("Scenario", "16")]
    [Trait("Scenario", "25")]
    [Trait("Scenario", "26")]
    [Trait("Scenario", "27")]
    [Trait("Scenario", "28")]
    [Trait("Scenario", "29")]
    [Trait("Scenario", "31")]
    [Trait("Scenario", "32")]
    public void The_guarantees_of_Raft_hold_while_members_come_and_go(int members, int block)
    {
        int changes = 0;
        int removed = 0;
        int configurations = 0;
        ulong commits = 0;
        for (int seed = block * Seeds; seed < (block + 1) * Seeds; seed++)
        {
            RandomSchedule schedule = new(members, (ulong)seed, changesMembers: true);
            try
            {
                schedule.Run(Steps);
                schedule.CheckProgressAfterHealing();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"seed {seed} with {members} members, step {schedule.StepNumber}: {e.Message}", e);
            }

            changes += schedule.Changes;
            removed += schedule.Removed;
            configurations += schedule.Checker.CommittedConfigurations;
            commits += schedule.Checker.MaxCommit;
        }

        // The schedules must be worth something.
        Assert.True(
            changes > Seeds * 2 && removed > Seeds / 3 && configurations > Seeds * 6 && commits > Seeds * 30,
            $"only {changes} changes, {removed} members removed, {configurations} configurations and {commits} "
            + "commits");
    }
}
