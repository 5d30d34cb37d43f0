using System.Globalization;
using System.Text;
using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>One random schedule of everything that can happen to a cluster, a function of its seed.</summary>
internal sealed partial class RandomSchedule
{
    private readonly SimulatedCluster _cluster = new();
    private readonly ulong _seed;
    private readonly bool _changesMembers;
    private ulong[] _ids;
    private readonly DeterministicRandom _random;
    private ulong _next;

    public RandomSchedule(int members, ulong seed, bool changesMembers)
    {
        _seed = seed;
        _changesMembers = changesMembers;
        _random = new DeterministicRandom(seed);
        _ids = [.. Enumerable.Range(1, members).Select(id => (ulong)id)];
        ClusterConfiguration bootstrap = ConfigurationText.New(_ids);
        Checker = new RaftInvariantChecker(_cluster, bootstrap);
        foreach (ulong id in _ids)
        {
            Add(id, bootstrap);
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
        foreach (ulong id in _ids.Where(id => !_cluster[id].IsUp && !IsRemoved(id)))
        {
            Restart(id);
        }

        ulong target = 0;
        for (int round = 0; round < 400; round++)
        {
            foreach (ulong id in _ids.Where(id => _cluster[id].IsUp))
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

            if (target != 0 && MembersOfLatest().All(member => member.Node.AppliedIndex >= target) && IsAtRest())
            {
                return;
            }
        }

        Assert.Fail("no progress after healing");
    }

    private bool IsSettledLeader(SimulatedMember member) =>
        member.IsUp && member.Node.Role == RaftRole.Leader
        && MembersOfLatest().All(other => other.Node.Leader == member.Id);

    private void TakeStep()
    {
        ulong id = _ids[_random.NextInt32(_ids.Length)];
        bool isUp = _cluster[id].IsUp;
        if (_changesMembers && _random.NextInt32(10) == 0)
        {
            ChangeMembers();
            return;
        }

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
        else if (!IsRemoved(id) || _random.NextInt32(4) == 0)
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
