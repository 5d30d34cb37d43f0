using EmbeddedConsensus.Mvcc;
using EmbeddedConsensus.StateMachine;
using EmbeddedConsensus.Testing.Simulation.Checking;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>Calls one replica after the other, one call at a time, and checks every answer.</summary>
internal sealed class SimulatedCaller(
    SimulatedCluster cluster, int number, RequestGenerator requests, SimulationRandom random)
{
    private const double CancelRate = 0.02;
    private const double ImpatientRate = 0.2;
    private const double ImpatientCancelRate = 0.5;
    private const double ResolveRate = 0.5;
    private const long MaxCancelMicros = 500_000;

    // After its timeout a call may wait for its turn while the clock of its replica jumps.
    private const long MostTicks = 2 * ReplicaLife.RequestTimeoutTicks;

    // Drawn apart, so that calls stay what they were.
    private readonly SimulationRandom _endings = random.Fork(1);

    private double? _cancelRate;
    private long _call;
    private SimulatedWrite? _resolving;
    private bool _isWrite;
    private ulong _seenBefore;
    private long _ticksBefore;

    /// <summary>The life of a replica that works on the present call; null when there is no call.</summary>
    public ReplicaLife? Life { get; private set; }

    /// <summary>Whether the caller makes no further call when its current one has ended.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Makes a call, or tries again later if no replica is up.</summary>
    public void Call()
    {
        if (IsStopped)
        {
            return;
        }

        if (cluster.RandomLife(random) is not { } life)
        {
            CallLater();
            return;
        }

        if (life.IsFaulted)
        {
            // Every call gets the fault as an exception.
            Count(isUnknown: false);
            CallLater();
            return;
        }

        if (random.Chance(requests.ReadRate))
        {
            Read(life, requests.NextRead(cluster.Order.SeenRevision));
        }
        else
        {
            Write(life, requests.NextWrite(cluster.Order.SeenRevision));
        }
    }

    /// <summary>The replica that worked on the call is gone, and with it the outcome.</summary>
    public void Lost()
    {
        if (_resolving is null)
        {
            Count(isUnknown: _isWrite);
        }

        End();
    }

    /// <summary>Makes no further call, and waits no longer to learn what became of the last one.</summary>
    public void Stop()
    {
        IsStopped = true;
        if (_resolving is not null)
        {
            End();
        }
    }

    /// <summary>Calls again after a pause.</summary>
    public void CallLater() => cluster.Events.Schedule(
        random.Exponential(cluster.Workload.ThinkMicros), EventKind.Call, (ulong)number, Call);

    /// <summary>Makes a write.</summary>
    public void Write(ReplicaLife life, WriteRequest request)
    {
        Begin(life, isWrite: true);
        SimulatedWrite write = new(request, Acknowledged, Failed, Resolved);
        _cancelRate ??= _endings.Chance(ImpatientRate) ? ImpatientCancelRate : CancelRate;
        if (random.Chance(_cancelRate.Value))
        {
            long call = _call;
            life.Later(random.Between(0, MaxCancelMicros), EventKind.Call, () =>
            {
                if (_call == call && Life == life)
                {
                    write.Cancel();
                }
            });
        }

        life.Submit(write);
    }

    /// <summary>Makes a read.</summary>
    public void Read(ReplicaLife life, ReadRequest request)
    {
        Begin(life, isWrite: false);
        if (request.Options.Consistency == Consistency.Linearizable)
        {
            life.Submit(new SimulatedRead(() => ServeLater(life, request), Failed));
        }
        else
        {
            ServeLater(life, request);
        }
    }

    private void Begin(ReplicaLife life, bool isWrite)
    {
        _isWrite = isWrite;
        _call++;
        Life = life;
        _seenBefore = cluster.Order.SeenIndex;
        _ticksBefore = life.Ticks;
    }

    private void End()
    {
        if (_resolving is null)
        {
            CheckDuration();
        }

        Life = null;
        _resolving = null;
        cluster.Workload.CallEnded(this);
    }

    private void CheckDuration()
    {
        if (Life is { } life && life.Ticks - _ticksBefore > MostTicks)
        {
            throw new SimulationFailedException("Bounded Calls",
                $"A {(_isWrite ? "write" : "read")} at replica {life.Replica.Id} ended after "
                + $"{life.Ticks - _ticksBefore} ticks of its clock; the request timeout is "
                + $"{ReplicaLife.RequestTimeoutTicks}. {life.Replica}");
        }
    }

    // In production a reader runs on the caller's thread, some time after it was released.
    private void ServeLater(ReplicaLife life, ReadRequest request) =>
        life.Later(random.Between(0, cluster.Profile.ApplyMicros), EventKind.Call, () => Serve(life, request));

    private void Serve(ReplicaLife life, ReadRequest request)
    {
        ulong index = life.Apply.PublishedIndex;
        CheckRead(life, request, index);
        if (request.Options.Consistency == Consistency.Linearizable)
        {
            RealTimeOrder.Check($"A read of {request.Range} at replica {life.Replica.Id}", index, _seenBefore);
            cluster.Order.Acknowledged(index, cluster.Committed.RevisionAt(index));
        }

        cluster.Statistics.Reads++;
        cluster.Trace.Add(index, (ulong)number);
        End();
    }

    private void CheckRead(ReplicaLife life, ReadRequest request, ulong index)
    {
        using PinnedView pinned = life.Apply.OpenView();
        long revision = cluster.Committed.RevisionAt(index);
        ConsensusStoreException? refusal = RangeReader.CheckRevision(pinned.View, request.Options.Revision);
        ConsensusStoreException? expected = ReferenceStore.Refuse(
            request.Options.Revision, revision, cluster.Committed.CompactRevisionAt(index));
        if (!ResultComparer.AreEqual(refusal, expected))
        {
            throw Wrong(life, request, index, refusal?.Message ?? "an answer", expected?.Message ?? "an answer");
        }

        if (refusal is not null)
        {
            return;
        }

        RangeResult result = RangeReader.Read(pinned.View, RangeQuery.Of(request.Range, request.Options));
        long readAt = request.Options.Revision > 0 ? request.Options.Revision : revision;
        RangeResult model = ReferenceStore.Read(
            request.Range, request.Options, cluster.Committed.Model.StateAt(readAt), revision);
        if (!ResultComparer.AreEqual(result, model))
        {
            throw Wrong(life, request, index, ResultText.Of(result), ResultText.Of(model));
        }
    }

    private static SimulationFailedException Wrong(
        ReplicaLife life, ReadRequest request, ulong index, string given, string expected) =>
        new("Correct Response",
            $"Replica {life.Replica.Id}, at entry {index}, answers a read of {request.Range} with {request.Options}: "
            + $"{given}. Expected: {expected}.");

    private void Acknowledged(SimulatedWrite write, ApplyResult result)
    {
        if (write.Id is not { } id || cluster.Committed.Find(id) is not { } execution)
        {
            throw new SimulationFailedException("Correct Response",
                $"{write.Request} ({write.Id}) was answered and never executed.");
        }

        if (!ResultComparer.AreEqual(result, execution.Result))
        {
            throw new SimulationFailedException("Correct Response",
                $"{write.Request} at entry {execution.Index} gave {ResultText.Of(result)}. Expected: "
                + $"{ResultText.Of(execution.Result)}.");
        }

        RealTimeOrder.Check($"{write.Request}", execution.Index, _seenBefore);
        cluster.Order.Acknowledged(execution.Index, execution.Result.Revision);
        cluster.Statistics.Writes++;
        cluster.Trace.Add(execution.Index, (ulong)result.Revision);
        End();
    }

    // A caller that learns that a write was not executed may repeat it under another id.
    private void Failed(SimulatedWrite write, Exception exception)
    {
        if (write is { WasNotExecuted: true, Id: { } id })
        {
            throw new SimulationFailedException("Exactly Once",
                $"{write.Request} was proposed as {id}, and the caller was told that it will never be executed: "
                + exception.Message);
        }

        if (!write.WasNotExecuted && write.Id is not null && !IsStopped && _endings.Chance(ResolveRate))
        {
            // The call has ended in time; the caller waits to learn what became of it.
            CheckDuration();
            Count(isUnknown: true);
            _resolving = write;
            return;
        }

        Failed(exception);
    }

    private void Failed(Exception exception)
    {
        Count(isUnknown: exception is OutcomeUnknownException or OperationCanceledException);
        End();
    }

    private void Resolved(SimulatedWrite write, ProposalOutcome? outcome)
    {
        if (outcome is { } known && write.Id is { } id)
        {
            cluster.Committed.CheckOutcome(id, write.Request, known);
            cluster.Statistics.ResolvedWrites++;
        }

        if (_resolving == write)
        {
            End();
        }
    }

    private void Count(bool isUnknown)
    {
        if (isUnknown)
        {
            cluster.Statistics.UnknownWrites++;
        }
        else
        {
            cluster.Statistics.FailedCalls++;
        }
    }
}
