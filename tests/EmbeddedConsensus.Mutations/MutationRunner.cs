using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using EmbeddedConsensus.Mutations.Building;
using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations;

/// <summary>
/// Compiles each mutation into a copy of the binaries and runs its suite on them. A mutation is caught if the suite
/// passes without it and fails with it for the reason that the mutation states.
/// </summary>
internal sealed class MutationRunner(string original, RunOptions options, RunReport report)
{
    private static readonly TimeSpan SuiteLimit = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Lazy<CompilerCall>> _compilers = [];

    // The reason a suite fails without any mutation; null if it passes.
    private readonly Dictionary<string, string?> _unchanged = [];

    /// <summary>Runs mutations.</summary>
    /// <returns>The exit code: 0 when all are caught.</returns>
    public int Run(ImmutableArray<Mutation> mutations)
    {
        using SourceTree tree = SourceTree.Copy(original);
        foreach (string project in mutations.Select(one => SuiteParser.Parse(one).Project).Distinct())
        {
            ProjectBuild.Run(tree, project);
        }

        if (!options.SkipsUnchanged)
        {
            RunUnchanged(new Workplace(tree, 0, _compilers), mutations);
        }

        ConcurrentQueue<Mutation> queue = new(mutations);
        Thread[] workers = [.. Enumerable.Range(0, options.Jobs).Select(number => new Thread(() =>
        {
            Workplace workplace = new(tree, number, _compilers);
            while (queue.TryDequeue(out Mutation? mutation))
            {
                RunOne(workplace, mutation);
            }
        }))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return report.Summarize();
    }

    /// <summary>Runs each suite once without any mutation: one that fails then says nothing about a bug.</summary>
    private void RunUnchanged(Workplace workplace, ImmutableArray<Mutation> mutations)
    {
        Stopwatch watch = Stopwatch.StartNew();
        foreach (IGrouping<string, Mutation> sameProject in mutations.GroupBy(one => SuiteParser.Parse(one).Project))
        {
            RunUnchangedProject(workplace, [.. sameProject.DistinctBy(one => one.Suite)]);
        }

        report.WriteLine($"{_unchanged.Count} suites without a mutation: "
            + $"{_unchanged.Values.Count(why => why is null)} pass, {watch.Elapsed.TotalSeconds:0} s");
    }

    private void RunUnchangedProject(Workplace workplace, ImmutableArray<Mutation> sameProject)
    {
        // One run of all suites is as good as a run of each, and takes a fraction of the time.
        bool allPass = SuiteParser.TryUnite(sameProject) is { } all
            && RunSuite(workplace, all, stopsEarly: false).Verdict == SuiteVerdict.Passed;
        foreach (Mutation mutation in sameProject)
        {
            _unchanged[mutation.Suite] = allPass
                ? null
                : WhyNotPassed(RunSuite(workplace, SuiteParser.Parse(mutation), stopsEarly: true));
        }
    }

    private static string? WhyNotPassed(SuiteResult result) =>
        result.Verdict == SuiteVerdict.Passed ? null : $"{result.Detail}\n{result.Output}";

    private SuiteResult RunSuite(Workplace workplace, ISuite suite, bool stopsEarly) =>
        suite.Run(new SuiteRun(workplace.Binaries(suite), SuiteLimit, stopsEarly, options.Jobs));

    private void RunOne(Workplace workplace, Mutation mutation)
    {
        try
        {
            ISuite suite = SuiteParser.Parse(mutation);
            if (_unchanged.GetValueOrDefault(mutation.Suite) is { } why)
            {
                throw new MutationException($"the suite does not pass without the bug: {why}");
            }

            using IDisposable applied = workplace.Apply(mutation, suite);
            Stopwatch watch = Stopwatch.StartNew();
            SuiteResult result = RunSuite(workplace, suite, options.IsQuick);
            Report(mutation, result, watch.Elapsed);
        }
        catch (MutationException exception)
        {
            report.Failed(mutation, exception.Message);
        }
    }

    private void Report(Mutation mutation, SuiteResult result, TimeSpan elapsed)
    {
        string time = $"{elapsed.TotalSeconds:0.0} s";
        switch (result.Verdict)
        {
            case SuiteVerdict.Failed:
            case SuiteVerdict.HungUp when mutation.Because.Contains("hang"):
                report.Caught(mutation, $"{result.Detail}, {time}");
                break;
            case SuiteVerdict.FailedOtherwise:
                report.Failed(mutation,
                    $"{result.Detail}, {time}, and none of it is {string.Join(" or ", mutation.Because)}");
                break;
            case SuiteVerdict.HungUp:
                report.Failed(mutation, $"{result.Detail}, {time}");
                break;
            case SuiteVerdict.Passed:
                report.Failed(mutation, $"{result.Detail}, {time}: {mutation.Suite}");
                break;
            default:
                throw new MutationException($"{result.Detail}:\n{result.Output}");
        }

        if (options.IsVerbose)
        {
            report.WriteLine(result.Output);
        }
    }
}
