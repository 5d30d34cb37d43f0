using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace EmbeddedConsensus.Tests.Mvcc;

/// <summary>Runs FsCheck properties over lists of steps, from a fixed seed, shrinking a failure to fewer
/// steps.</summary>
internal static class MvccProperty
{
    public static void CheckSteps<TStep>(Gen<TStep> step, int maxSteps, int runs, ulong seed, Action<TStep[]> body)
    {
        Gen<TStep[]> steps =
            from length in Gen.Choose(1, maxSteps)
            from list in step.ArrayOf(length)
            select list;
        Config config = Config.QuickThrowOnFailure
            .WithMaxTest(runs)
            .WithQuietOnSuccess(true)
            .WithReplay(new FSharpOption<Replay>(new Replay(new Rnd(seed), FSharpOption<int>.None)));
        Check.One(config, Prop.ForAll(Arb.From(steps, Shrink), body));
    }

    private static IEnumerable<TStep[]> Shrink<TStep>(TStep[] steps)
    {
        for (int size = steps.Length / 2; size > 0; size /= 2)
        {
            for (int start = 0; start + size <= steps.Length; start += size)
            {
                yield return [.. steps[..start], .. steps[(start + size)..]];
            }
        }
    }
}
