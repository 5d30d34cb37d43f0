using EmbeddedConsensus.Testing.Histories;
using EmbeddedConsensus.Testing.Linearizability;
using EmbeddedConsensus.Testing.Watches;

namespace EmbeddedConsensus.Testing.Tests.Watches;

/// <summary>Each promise of a watch, kept and broken.</summary>
public sealed class WatchValidatorTests
{
    private static readonly WatchEvent A2 = Put("a", "1", created: 2, revision: 2, version: 1);
    private static readonly WatchEvent B3 =
        Put("b", "1", created: 3, revision: 3, version: 1) with { EndsRevision = false };

    private static readonly WatchEvent C3 = Put("c", "1", created: 3, revision: 3, version: 1);
    private static readonly WatchEvent A4 =
        Put("a", "2", created: 2, revision: 4, version: 2) with { Previous = A2.KeyValue };

    private static readonly WatchEvent A5 = new(
        WatchEventType.Delete, new KeyValue("a", default, 0, 5, 0), A4.KeyValue, endsRevision: true);

    private static readonly RevisionLog Changes = new(1, [[A2], [B3, C3], [A4], [A5]]);

    [Fact]
    public void A_watch_that_keeps_every_promise_passes()
    {
        Assert.Empty(Validate(Watch(A2, B3, C3, A4, A5), mustReach: 5));
    }

    [Fact]
    public void A_watch_may_lag_when_its_recording_ends()
    {
        Assert.Empty(Validate(Watch(A2, B3)));
    }

    [Fact]
    public void A_watch_that_must_have_reached_a_revision_and_has_not_is_not_reliable()
    {
        AssertBroken(WatchProperty.Reliable, 3, Validate(Watch(A2, B3), mustReach: 4));
    }

    [Fact]
    public void A_watch_of_one_key_without_deletes_receives_what_it_selects()
    {
        WatchRecording watch = Watch(A2, A4) with
        {
            Range = "a",
            Options = new WatchOptions { StartRevision = 2, SkipDeletes = true, IncludePrevious = true },
        };

        Assert.Empty(Validate(watch, mustReach: 5));
        WatchRecording withDelete = watch with { Records = [.. watch.Records, WatchRecord.Of(A5)] };
        AssertBroken(WatchProperty.Reliable, 5, Validate(withDelete));
    }

    [Fact]
    public void A_revision_after_a_later_one_is_not_ordered()
    {
        AssertBroken(WatchProperty.Ordered, 4, Validate(Watch(A2, B3, C3, A5, A4)));
    }

    [Fact]
    public void Events_of_one_revision_in_another_order_are_not_ordered()
    {
        AssertBroken(WatchProperty.Ordered, 3, Validate(Watch(A2, C3, B3, A4)));
    }

    [Fact]
    [Trait("Scenario", "48")]
    public void An_event_that_comes_twice_is_not_unique()
    {
        AssertBroken(WatchProperty.Unique, 4, Validate(Watch(A2, B3, C3, A4, A4)));
    }

    [Fact]
    [Trait("Scenario", "49")]
    public void A_revision_that_is_skipped_is_not_reliable()
    {
        AssertBroken(WatchProperty.Reliable, 3, Validate(Watch(A2, A4, A5)));
    }

    [Fact]
    public void An_event_that_nothing_explains_is_not_reliable()
    {
        AssertBroken(WatchProperty.Reliable, 7, Validate(Watch(A2, Put("z", "1", 7, 7, 1))));
    }

    [Fact]
    public void An_event_with_another_value_is_not_reliable()
    {
        WatchEvent other = A2 with { KeyValue = A2.KeyValue with { Value = "other" } };

        AssertBroken(WatchProperty.Reliable, 2, Validate(Watch(other, B3, C3)));
    }

    [Fact]
    public void An_event_with_a_previous_value_that_never_existed_is_not_reliable()
    {
        AssertBroken(
            WatchProperty.Reliable, 4, Validate(Watch(A2, B3, C3, A4 with { Previous = C3.KeyValue })));
    }

    [Fact]
    [Trait("Scenario", "51")]
    public void A_revision_that_another_one_interrupts_is_not_atomic()
    {
        AssertBroken(WatchProperty.Atomic, 3, Validate(Watch(A2, B3, A4, C3)));
    }

    [Fact]
    [Trait("Scenario", "51")]
    public void A_revision_that_two_responses_share_is_not_atomic()
    {
        WatchRecording watch = Watch() with
        {
            Records = [new WatchRecord { Events = [A2, B3] }, new WatchRecord { Events = [C3, A4] }],
        };

        AssertBroken(WatchProperty.Atomic, 3, Validate(watch));
        Assert.Empty(Validate(watch with
        {
            Records = [new WatchRecord { Events = [A2] }, new WatchRecord { Events = [B3, C3, A4] }],
        }));
    }

    [Fact]
    public void An_event_that_claims_to_end_a_revision_too_early_is_not_atomic()
    {
        AssertBroken(WatchProperty.Atomic, 3, Validate(Watch(A2, B3 with { EndsRevision = true }, C3)));
        AssertBroken(WatchProperty.Atomic, 3, Validate(Watch(A2, B3, C3 with { EndsRevision = false }, A4)));
    }

    [Fact]
    public void A_watch_that_starts_after_its_start_revision_is_not_resumable()
    {
        AssertBroken(WatchProperty.Resumable, 2, Validate(Watch(B3, C3, A4)));
    }

    [Fact]
    public void A_watch_that_resumes_after_the_last_complete_revision_delivers_exactly_the_rest()
    {
        // Only a part of revision 3 was delivered: it is delivered again.
        WatchRecording stopped = Watch(A2, B3);

        Assert.Equal(3, WatchValidator.ResumeRevision(stopped));
        Assert.Empty(Resume(stopped, 3, B3, C3, A4));
    }

    [Fact]
    public void A_watch_that_resumes_with_a_gap_or_a_repetition_is_not_resumable()
    {
        AssertBroken(WatchProperty.Resumable, 3, Resume(Watch(A2), 3, A4));
        AssertBroken(WatchProperty.Resumable, 2, Resume(Watch(A2), 3, A2, B3, C3));
        AssertBroken(WatchProperty.Resumable, 4, Resume(Watch(A2), 4, A4));
    }

    [Fact]
    [Trait("Scenario", "47")]
    public void A_bookmark_ahead_of_undelivered_events_is_broken()
    {
        WatchRecording early = Watch() with
        {
            Records = [WatchRecord.Of(A2), WatchRecord.BookmarkAt(3), WatchRecord.Of(B3), WatchRecord.Of(C3)],
        };
        WatchRecording right = early with
        {
            Records = [WatchRecord.Of(A2), WatchRecord.Of(B3), WatchRecord.Of(C3), WatchRecord.BookmarkAt(3)],
        };

        AssertBroken(WatchProperty.Bookmarkable, 3, Validate(early));
        Assert.Empty(Validate(right));
    }

    [Fact]
    public void A_watch_from_now_on_starts_with_its_first_event()
    {
        WatchRecording watch = Watch(B3, C3, A5) with { Options = new WatchOptions { IncludePrevious = true } };

        AssertBroken(WatchProperty.Reliable, 4, Validate(watch));
        Assert.Empty(Validate(Watch(B3, C3, A4 with { Previous = null }) with { Options = new WatchOptions() }));
    }

    [Fact]
    public void Watches_are_checked_against_the_changes_of_the_history()
    {
        Linearizability.HistoryGenerator generator = new(seed: 3, clients: 6, keys: 8) { UnknownPerMille = 30 };
        StoreHistory history = generator.Generate(600);
        WatchRecording watch = new()
        {
            Range = KeyRange.All,
            Options = new WatchOptions { StartRevision = 2, IncludePrevious = true },
            Records = [.. AllEvents(generator).Select(WatchRecord.Of)],
        };

        CheckResult result = LinearizabilityChecker.Check(history with { Watches = [watch] });

        Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
        Assert.Empty(WatchValidator.ValidateAll([watch], result.Changes!));
        Assert.Empty(WatchValidator.Validate(watch, WatchValidator.FromWatch(watch), generator.Store.Revision));
        WatchRecording gap = watch with { Records = [.. watch.Records.Where((_, i) => i != 100)] };
        AssertBroken(WatchProperty.Reliable, watch.Records[100].Events[0].Revision,
            WatchValidator.ValidateAll([gap], result.Changes!));
    }

    private static IEnumerable<WatchEvent> AllEvents(Linearizability.HistoryGenerator generator)
    {
        for (long revision = 2; revision <= generator.Store.Revision; revision++)
        {
            IReadOnlyList<WatchEvent> events = generator.Store.EventsAt(revision);
            for (int i = 0; i < events.Count; i++)
            {
                yield return events[i] with { EndsRevision = i == events.Count - 1 };
            }
        }
    }

    private static WatchEvent Put(string key, string value, long created, long revision, long version) =>
        new(WatchEventType.Put, new KeyValue(key, value, created, revision, version), null, endsRevision: true);

    private static WatchRecording Watch(params WatchEvent[] events) => new()
    {
        Name = "w",
        Range = KeyRange.All,
        Options = new WatchOptions { StartRevision = 2, IncludePrevious = true },
        Records = [.. events.Select(WatchRecord.Of)],
    };

    private static IReadOnlyList<WatchViolation> Validate(WatchRecording watch, long mustReach = 0) =>
        WatchValidator.Validate(watch, Changes, mustReach);

    private static IReadOnlyList<WatchViolation> Resume(
        WatchRecording stopped, long from, params WatchEvent[] events) =>
        WatchValidator.ValidateResumption(
            stopped,
            Watch(events) with { Options = new WatchOptions { StartRevision = from, IncludePrevious = true } },
            Changes);

    private static void AssertBroken(WatchProperty property, long revision, IReadOnlyList<WatchViolation> violations)
    {
        Assert.Contains(violations, violation => violation.Property == property && violation.Revision == revision);
    }
}
