using System.Collections.Immutable;

namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>
/// Finds a small schedule that still fails in the same way, by delta debugging (Zeller and Hildebrandt, 2002): it
/// leaves out halves of the faults, quarters, and so on down to single ones, then shortens what is left, the run, and
/// the crowd of callers. The runs are bounded in number and, by the caller's clock, in time.
/// </summary>
/// <param name="fails">Runs a schedule, and says whether it fails in the same way.</param>
/// <param name="maxRuns">How many runs it may take.</param>
/// <param name="isTimeUp">Whether to stop with what was found so far.</param>
internal sealed class ScheduleShrinker(Func<FaultSchedule, bool> fails, int maxRuns, Func<bool> isTimeUp)
{
    private const long MicrosPerSecond = 1_000_000;
    private const long ShortestMicros = 1_000;

    private FaultSchedule _best = FaultSchedule.Quiet(1);

    /// <summary>How many runs it took.</summary>
    public int Runs { get; private set; }

    private bool IsSpent => Runs >= maxRuns || isTimeUp();

    /// <summary>Shrinks a schedule.</summary>
    /// <param name="schedule">One that fails.</param>
    /// <param name="failedAtMicros">When it failed, in virtual time.</param>
    /// <returns>The smallest that was found and fails; the given one if none is smaller.</returns>
    public FaultSchedule Shrink(FaultSchedule schedule, long failedAtMicros)
    {
        _best = schedule;
        CutAfter(failedAtMicros);
        int before;
        do
        {
            before = _best.Events.Length;
            DropChunks();
            ShortenRun();
            FewerCallers();
        }
        while (_best.Events.Length < before && !IsSpent);

        ShortenFaults();
        return _best;
    }

    // Faults after the failure have no part in it.
    private void CutAfter(long failedAtMicros)
    {
        ImmutableArray<FaultEvent> before = [.. _best.Events.Where(item => item.AtMicros <= failedAtMicros)];
        TryTake(_best with { Events = before });
        int seconds = (int)Math.Min(_best.VirtualSeconds, (failedAtMicros / MicrosPerSecond) + 1);
        TryTake(_best with { VirtualSeconds = seconds });
    }

    private void DropChunks()
    {
        if (TryTake(_best with { Events = [] }))
        {
            return;
        }

        for (int size = Math.Max(1, _best.Events.Length / 2); size >= 1; size /= 2)
        {
            for (int at = 0; at < _best.Events.Length && !IsSpent;)
            {
                int count = Math.Min(size, _best.Events.Length - at);
                if (!TryTake(_best with { Events = _best.Events.RemoveRange(at, count) }))
                {
                    at += count;
                }
            }
        }
    }

    private void ShortenRun()
    {
        for (int step = _best.VirtualSeconds / 2; step >= 1 && !IsSpent; step /= 2)
        {
            while (_best.VirtualSeconds > step && TryTake(_best with { VirtualSeconds = _best.VirtualSeconds - step }))
            {
            }
        }
    }

    private void FewerCallers()
    {
        foreach (int callers in (int[])[1, 2, 4, 8])
        {
            if (callers < _best.MaxCallers && !IsSpent && TryTake(_best with { MaxCallers = callers }))
            {
                return;
            }
        }
    }

    private void ShortenFaults()
    {
        for (int i = 0; i < _best.Events.Length && !IsSpent; i++)
        {
            FaultEvent item = _best.Events[i];
            while (item.DurationMicros >= 2 * ShortestMicros && !IsSpent)
            {
                item = item with { DurationMicros = item.DurationMicros / 2 };
                if (!TryTake(_best with { Events = _best.Events.SetItem(i, item) }))
                {
                    break;
                }
            }
        }
    }

    private bool TryTake(FaultSchedule candidate)
    {
        if (IsSpent || candidate == _best)
        {
            return false;
        }

        Runs++;
        if (!fails(candidate))
        {
            return false;
        }

        _best = candidate;
        return true;
    }
}
