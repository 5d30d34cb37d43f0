using EmbeddedConsensus.Testing.Simulation.Checking;
using EmbeddedConsensus.Watches;

namespace EmbeddedConsensus.Testing.Simulation.Workload;

/// <summary>
/// Watches some keys, now at one replica, now at another, fast or slowly, and checks that it gets what the model says:
/// every change once, in order, without a gap, each revision as a whole.
/// </summary>
internal sealed class SimulatedWatcher : IWatchSignal
{
    private const double MoveRate = 0.02;
    private const double MissRate = 0.02;

    private readonly SimulatedCluster _cluster;
    private readonly int _number;
    private readonly KeyRange _range;
    private readonly SimulationRandom _random;
    private readonly WatchOptions _options;
    private readonly long _pollMicros;
    private readonly List<WatchEvent> _taken = [];
    private ReplicaLife? _life;
    private Watcher? _watch;

    // Everything before this revision was delivered.
    private long _resume = 1;

    // The next event has this revision or a later one; of this one, so many were taken.
    private long _revision = 1;
    private int _position;

    /// <summary>A watcher that has not begun.</summary>
    public SimulatedWatcher(SimulatedCluster cluster, int number, KeyRange range, SimulationRandom random)
    {
        _cluster = cluster;
        _number = number;
        _range = range;
        _random = random;
        _pollMicros = random.Between(1_000, random.Chance(0.3) ? 3_000_000 : 100_000);
        _options = new WatchOptions
        {
            IncludePrevious = random.Chance(0.5),
            SkipPuts = random.Chance(0.1),
            SkipDeletes = random.Chance(0.1),
        };
    }

    /// <summary>Reads again after a pause.</summary>
    public void PollLater() =>
        _cluster.Events.Schedule(_random.Exponential(_pollMicros), EventKind.Watch, (ulong)_number, Poll);

    /// <summary>The watch ends if the replica served it.</summary>
    public void ReplicaCrashed(ReplicaLife life)
    {
        if (_life == life)
        {
            _life = null;
            _watch = null;
        }
    }

    /// <inheritdoc />
    public void Wake()
    {
        // It polls.
    }

    /// <summary>Whether it has taken everything up to a revision.</summary>
    public bool HasSeen(long revision) => NextExpected(revision) is null;

    private void Poll()
    {
        PollLater();
        bool isElsewhere = _life is not null && !_cluster.IsInTouch(_life);
        if (_watch is null || isElsewhere || _random.Chance(MoveRate))
        {
            Leave();
            _life = _cluster.RandomLife(_random);
            if (_life is null or { IsFaulted: true })
            {
                _life = null;
                return;
            }

            // A revision of which only a part was taken is taken again, as a whole.
            _position = 0;
            _watch = _life.Apply.Watches.Add(_range, _options with { StartRevision = _resume }, _resume, this);
        }

        Take(_life!, _watch);
    }

    private void Leave()
    {
        if (_watch is not null)
        {
            _life!.Apply.Watches.Remove(_watch);
            _watch = null;
        }
    }

    private void Take(ReplicaLife life, Watcher watcher)
    {
        _taken.Clear();
        try
        {
            if (!watcher.TryTake(_taken))
            {
                CheckProgress(life, watcher.SyncedRevision);
            }
        }
        catch (CompactedException compacted)
        {
            StartOver(compacted);
            return;
        }

        foreach (WatchEvent taken in _taken)
        {
            if (life.Defect != SimulatedDefect.DropWatchEvent || !_random.Chance(MissRate))
            {
                Check(life, taken);
            }
        }
    }

    private void StartOver(CompactedException compacted)
    {
        long compactRevision = _cluster.Committed.Model.CompactRevision;
        if (compacted.CompactRevision > compactRevision || _resume >= compacted.CompactRevision)
        {
            throw new SimulationFailedException("Watch Reliability",
                $"A watch from revision {_resume} ends as compacted at {compacted.CompactRevision}; the model is "
                + $"compacted at {compactRevision}.");
        }

        Leave();
        _resume = compacted.CompactRevision;
        _revision = _resume;
        _position = 0;
    }

    // It resumes after the revision reported, as an app does whose keys are quiet.
    private void CheckProgress(ReplicaLife life, long? reached)
    {
        if (reached is not { } revision || revision < _resume)
        {
            return;
        }

        if (NextExpected(revision) is { } missing)
        {
            throw new SimulationFailedException("Watch Progress",
                $"A watch of {_range} with {_options} at replica {life.Replica.Id} reports that it delivered "
                + $"everything up to {revision}. It did not deliver {Text(missing)}.");
        }

        _resume = revision + 1;
    }

    private void Check(ReplicaLife life, WatchEvent taken)
    {
        ReferenceStore model = _cluster.Committed.Model;
        WatchEvent? expected = NextExpected(model.Revision);
        if (expected is null || !Matches(taken, expected, model.CompactRevision))
        {
            throw new SimulationFailedException("Watch Reliability",
                $"A watch of {_range} with {_options} at replica {life.Replica.Id} gives {Text(taken)}. Expected: "
                + $"{(expected is null ? "nothing" : Text(expected))}.");
        }

        _cluster.Statistics.WatchEvents++;
        if (taken.EndsRevision)
        {
            _resume = taken.Revision + 1;
            _revision = _resume;
            _position = 0;
        }
        else
        {
            _position++;
        }
    }

    // Moves on to the revision of the next event that the watch selects, up to one; null when there is none.
    private WatchEvent? NextExpected(long last)
    {
        for (; _revision <= last; _revision++, _position = 0)
        {
            WatchEvent[] selected = [.. _cluster.Committed.Model.EventsAt(_revision).Where(Selects)];
            if (_position < selected.Length)
            {
                return selected[_position] with { EndsRevision = _position == selected.Length - 1 };
            }
        }

        return null;
    }

    private bool Selects(WatchEvent candidate) =>
        _range.Contains(candidate.KeyValue.Key)
        && (candidate.Type == WatchEventType.Put ? !_options.SkipPuts : !_options.SkipDeletes);

    // What the key held before may be compacted by now.
    private bool Matches(WatchEvent taken, WatchEvent expected, long compactRevision) =>
        taken.Type == expected.Type && taken.KeyValue == expected.KeyValue
        && taken.EndsRevision == expected.EndsRevision
        && (_options.IncludePrevious
            ? taken.Previous == expected.Previous || (taken.Previous is null && taken.Revision <= compactRevision)
            : taken.Previous is null);

    private static string Text(WatchEvent item) =>
        $"{item.Type} {ResultText.Of(item.KeyValue)}, before: "
        + $"{(item.Previous is null ? "nothing" : ResultText.Of(item.Previous))}, ends revision: {item.EndsRevision}";
}
