using System.Globalization;
using System.Text;
using EmbeddedConsensus.Raft;

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
            RandomSchedule schedule = new(members, (ulong)seed);
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

    private sealed class RandomSchedule
    {
        private readonly SimulatedCluster _cluster = new();
        private readonly ulong[] _ids;
        private DeterministicRandom _random;
        private ulong _next;

        public RandomSchedule(int members, ulong seed)
        {
            _random = new DeterministicRandom(seed);
            _ids = [.. Enumerable.Range(1, members).Select(id => (ulong)id)];
            Checker = new RaftInvariantChecker(_cluster);
            ClusterConfiguration voters = ClusterConfiguration.OfVoters(_ids.Select(id => new MemberId(id)));
            foreach (ulong id in _ids)
            {
                _cluster.Add(new SimulatedMember(
                    incarnation => new RaftOptions
                    {
                        Id = new MemberId(id),
                        Seed = (seed * 1000) + (incarnation * 10) + id,
                        ElectionTicks = 4,
                        PreVote = seed % 3 != 0,
                        CheckQuorum = seed % 4 != 0,
                        MaxMessageBytes = 100,
                        MaxApplyBytes = 80,
                        LogCacheBytes = 600,
                        SnapshotChunkBytes = 40,
                        MaxUncommittedBytes = 2000,
                    },
                    voters));
            }
        }

        public RaftInvariantChecker Checker { get; }

        public int StepNumber { get; private set; }

        public void Run(int steps)
        {
            for (; StepNumber < steps; StepNumber++)
            {
                TakeStep();
                Checker.CheckStep();
            }
        }

        /// <summary>With all links and members back, the cluster elects a leader and all members catch up.</summary>
        public void CheckProgressAfterHealing()
        {
            _cluster.Heal();
            foreach (ulong id in _ids.Where(id => !_cluster[id].IsUp))
            {
                Restart(id);
            }

            ulong target = 0;
            for (int round = 0; round < 400; round++)
            {
                foreach (ulong id in _ids)
                {
                    _cluster.Do(id, member => member.Node.Tick());
                }

                _cluster.Stabilize(_ids);
                Checker.CheckStep();
                SimulatedMember? leader = _cluster.Members.Values.FirstOrDefault(IsSettledLeader);
                if (target == 0 && leader is not null)
                {
                    _cluster.Do(leader.Id.Value, member => member.Node.Propose([Encoding.UTF8.GetBytes("last")]));
                    target = leader.Node.Status.LastIndex;
                }

                if (target != 0 && _cluster.Members.Values.All(member => member.Node.Status.Applied >= target))
                {
                    return;
                }
            }

            Assert.Fail("no progress after healing");
        }

        private bool IsSettledLeader(SimulatedMember member) =>
            member.Node.Role == RaftRole.Leader
            && _cluster.Members.Values.All(other => other.Node.Leader == member.Id);

        private void TakeStep()
        {
            ulong id = _ids[_random.NextInt32(_ids.Length)];
            bool isUp = _cluster[id].IsUp;
            switch (_random.NextInt32(100))
            {
                case < 40:
                    Deliver();
                    break;
                case < 55 when isUp:
                    _cluster.Do(id, member => Complete(member));
                    break;
                case < 75 when isUp:
                    _cluster.Do(id, member => member.Node.Tick());
                    break;
                case < 84 when isUp:
                    Propose(id);
                    break;
                case < 88 when isUp:
                    ulong request = _next++;
                    Checker.BeginRead(id, request);
                    _cluster.Do(id, member => member.Node.ReadIndex(request));
                    break;
                case < 90:
                    CrashOrRestart(id);
                    break;
                case < 92 when isUp && _cluster[id].Applied.Count > 0:
                    Compact(id);
                    break;
                case < 93:
                    Partition();
                    break;
                case < 96:
                    _cluster.Heal();
                    break;
                case < 97 when isUp:
                    _cluster.Do(id, member => member.Node.TransferLeadership(new MemberId(RandomId())));
                    break;
                case < 98 when isUp:
                    _cluster.Do(id, member => member.Node.PeerUnreachable(new MemberId(RandomId())));
                    break;
                case < 99:
                    // Some members get everything done at once, so that much is committed and others fall behind.
                    _cluster.Stabilize([.. _ids.Where(_ => _random.NextInt32(3) != 0)]);
                    break;
                default:
                    DropOrDuplicate();
                    break;
            }
        }

        private ulong RandomId() => _ids[_random.NextInt32(_ids.Length)];

        private void Deliver()
        {
            if (_cluster.Network.Count > 0)
            {
                // Mostly in order, sometimes not.
                bool isReordered = _random.NextInt32(5) == 0;
                _cluster.Deliver(isReordered ? _random.NextInt32(_cluster.Network.Count) : 0);
            }
        }

        private void DropOrDuplicate()
        {
            if (_cluster.Network.Count == 0)
            {
                return;
            }

            int position = _random.NextInt32(_cluster.Network.Count);
            if (_random.NextInt32(2) == 0)
            {
                _cluster.Network.RemoveAt(position);
            }
            else
            {
                _cluster.Network.Add(_cluster.Network[position]);
            }
        }

        private void Complete(SimulatedMember member)
        {
            _ = _random.NextInt32(6) switch
            {
                0 => member.CompleteApply(),
                1 => member.CompleteLogRead(),
                2 => member.CompleteSnapshotRead() || member.CompleteReceive(),
                3 => member.CompleteReceive() || member.CompleteApply(),
                _ => member.CompleteAppend(),
            };
        }

        private void Propose(ulong id)
        {
            int count = 1 + _random.NextInt32(3);
            ReadOnlyMemory<byte>[] payloads = new ReadOnlyMemory<byte>[count];
            for (int i = 0; i < count; i++)
            {
                payloads[i] = Encoding.UTF8.GetBytes((_next++).ToString(CultureInfo.InvariantCulture));
            }

            _cluster.Do(id, member => member.Node.Propose(payloads));
        }

        private void Compact(ulong id)
        {
            SimulatedMember member = _cluster[id];
            if (member.Node.Status.Applied != (ulong)member.Applied.Count)
            {
                // Restored and not yet reported.
                return;
            }

            _cluster.Do(id, m => m.TakeSnapshot());
            ulong keep = (ulong)_random.NextInt32(5);
            ulong through = (ulong)member.Applied.Count;
            _cluster.Do(id, m => m.Node.CompactLog(through > keep ? through - keep : 0));
        }

        private void CrashOrRestart(ulong id)
        {
            if (_cluster[id].IsUp)
            {
                _cluster[id].Crash();
            }
            else
            {
                Restart(id);
            }
        }

        private void Restart(ulong id)
        {
            Checker.ForgetMember(id);
            _cluster[id].Start();
            _cluster.Drain(_cluster[id]);
        }

        private void Partition()
        {
            int cut = 1 + _random.NextInt32(_ids.Length - 1);
            List<ulong> left = [.. _ids.OrderBy(_ => _random.NextUInt64()).Take(cut)];
            List<ulong> right = [.. _ids.Except(left)];
            _cluster.Cut(left, right);
            if (_random.NextInt32(3) != 0)
            {
                _cluster.Cut(right, left);
            }
        }
    }
}
