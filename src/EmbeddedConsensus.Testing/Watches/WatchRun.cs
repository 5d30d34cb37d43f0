using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Watches;

/// <summary>Compares the events of one watch, one by one, with those it should have delivered.</summary>
internal sealed class WatchRun
{
    private readonly WatchRecording _recording;
    private readonly RevisionLog _changes;
    private readonly List<WatchViolation> _violations = [];
    private readonly HashSet<(long Revision, Key Key)> _given = [];

    // The expected events, in order, and how far the watch has come.
    private readonly List<WatchEvent> _due = [];
    private readonly Dictionary<(long Revision, Key Key), int> _placeOf = [];
    private int _next;
    private WatchEvent? _last;

    public WatchRun(WatchRecording recording, RevisionLog changes)
    {
        _recording = recording;
        _changes = changes;
        long from = Math.Max(changes.InitialRevision + 1, FirstRevision(recording, changes));
        for (long revision = from; revision <= changes.LastRevision; revision++)
        {
            foreach (WatchEvent item in changes.At(revision).Where(IsSelected))
            {
                _placeOf.Add((revision, item.KeyValue.Key), _due.Count);
                _due.Add(item);
            }
        }
    }

    /// <summary>Checks all events.</summary>
    /// <param name="mustReach">The revision up to which everything must have been delivered; 0 for any.</param>
    public IReadOnlyList<WatchViolation> Validate(long mustReach)
    {
        foreach (WatchRecord record in _recording.Records)
        {
            for (int i = 0; i < record.Events.Count; i++)
            {
                Take(record.Events[i], isLastOfResponse: i == record.Events.Count - 1);
            }

            if (record.Bookmark > 0)
            {
                RequireAllUpTo(record.Bookmark, WatchProperty.Bookmarkable, "A bookmark was delivered");
            }
        }

        if (mustReach > 0)
        {
            RequireAllUpTo(mustReach, WatchProperty.Reliable, "The watch ended");
        }

        return _violations;
    }

    // A watch "from now on" starts at an unknown revision: with its first event, or with a bookmark before it.
    private static long FirstRevision(WatchRecording recording, RevisionLog changes) =>
        recording.Options.StartRevision > 0
            ? recording.Options.StartRevision
            : recording.Records
                .Select(record => record.Events is [var first, ..] ? first.Revision : record.Bookmark + 1)
                .FirstOrDefault(changes.LastRevision + 1);

    private bool IsSelected(WatchEvent item) =>
        _recording.Range.Contains(item.KeyValue.Key)
        && !(item.Type == WatchEventType.Put ? _recording.Options.SkipPuts : _recording.Options.SkipDeletes);

    private void Take(WatchEvent item, bool isLastOfResponse)
    {
        (long, Key) name = (item.Revision, item.KeyValue.Key);
        if (!_given.Add(name))
        {
            Report(WatchProperty.Unique, item.Revision, $"The event of key {item.KeyValue.Key} came twice.");
        }
        else if (!_placeOf.TryGetValue(name, out int place))
        {
            Report(WatchProperty.Reliable, item.Revision, IsTooEarly(item)
                ? $"An event of key {item.KeyValue.Key} came, from before the first revision to deliver."
                : $"An event of key {item.KeyValue.Key} came that no change of the store explains.");
        }
        else
        {
            CheckContent(item, _due[place], isLastOfRevision: EndsRevision(place));
            CheckPlace(item, place);
            CheckSplit(item, place, isLastOfResponse);
        }

        _last = item;
    }

    private bool IsTooEarly(WatchEvent item) =>
        item.Revision < _recording.Options.StartRevision && item.Revision > _changes.InitialRevision;

    private void CheckPlace(WatchEvent item, int place)
    {
        if (_last is not null && (place < _next || item.Revision < _last.Revision))
        {
            Report(WatchProperty.Ordered, item.Revision,
                $"The event of key {item.KeyValue.Key} came after one that follows it, of revision {_last.Revision}.");
        }
        else if (place > _next)
        {
            WatchEvent missing = _due[_next];
            // A resumed watch is judged by its beginning.
            Report(_next == 0 && _last is null ? WatchProperty.Resumable : WatchProperty.Reliable, missing.Revision,
                $"The event of key {missing.KeyValue.Key} is missing: revision {item.Revision} came instead.");
        }

        _next = Math.Max(_next, place + 1);
    }

    private void CheckSplit(WatchEvent item, int place, bool isLastOfResponse)
    {
        bool isWithin = place > 0 && _due[place - 1].Revision == item.Revision;
        if (isWithin && _last is not null && _last.Revision != item.Revision)
        {
            Report(WatchProperty.Atomic, item.Revision,
                $"Revision {_last.Revision} came between the events of one revision.");
        }

        // If responses can have several events, one response has all of a revision.
        bool isBatched = _recording.Records.Any(record => record.Events.Count > 1);
        if (isBatched && isLastOfResponse && !EndsRevision(place))
        {
            Report(WatchProperty.Atomic, item.Revision, "A response ended within the revision.");
        }
    }

    private void CheckContent(WatchEvent given, WatchEvent due, bool isLastOfRevision)
    {
        if (given.Type != due.Type || given.KeyValue != due.KeyValue)
        {
            Report(WatchProperty.Reliable, given.Revision,
                $"The event shows {given.Type} {CallText.Of(given.KeyValue)}, and the change was {due.Type} "
                    + $"{CallText.Of(due.KeyValue)}.");
        }

        // The previous value may be compacted, but never be a different one.
        if (given.Previous is not null && (!_recording.Options.IncludePrevious || given.Previous != due.Previous))
        {
            Report(WatchProperty.Reliable, given.Revision,
                $"The event shows {CallText.Of(given.Previous)} before, and there was {CallText.Of(due.Previous)}.");
        }

        if (given.EndsRevision != isLastOfRevision)
        {
            Report(WatchProperty.Atomic, given.Revision, given.EndsRevision
                ? $"The event of key {given.KeyValue.Key} claims to be the last of its revision, and more follow."
                : $"The event of key {given.KeyValue.Key} is the last of its revision, and does not say so.");
        }
    }

    private void RequireAllUpTo(long revision, WatchProperty property, string occasion)
    {
        if (_next < _due.Count && _due[_next].Revision <= revision)
        {
            Report(property, _due[_next].Revision,
                $"{occasion} at revision {revision}, before the event of key {_due[_next].KeyValue.Key}.");
        }
    }

    private bool EndsRevision(int place) =>
        place + 1 == _due.Count || _due[place + 1].Revision != _due[place].Revision;

    private void Report(WatchProperty property, long revision, string message)
    {
        if (_violations.All(violation => violation.Property != property))
        {
            _violations.Add(new WatchViolation(property, _recording.Name, revision, message));
        }
    }
}
