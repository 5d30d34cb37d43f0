using System.Collections.Immutable;
using System.Diagnostics;
using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations;

/// <summary>
/// Applies each mutation to a copy of the sources, builds what its suite needs and runs the suite. A mutation is caught
/// if the suite passes without it and fails with it for the reason that the mutation states.
/// </summary>
internal sealed class MutationRunner(string original, TextWriter output, bool isVerbose)
{
    private const string BinaryFolder = "bin/Release/net10.0";

    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SuiteLimit = TimeSpan.FromMinutes(10);

    // The reason a suite fails without any mutation; null if it passes.
    private readonly Dictionary<string, string?> _unchanged = [];
    private int _passed;
    private int _failed;

    /// <summary>Checks that every mutation still applies to the sources and names a suite, without running
    /// any.</summary>
    /// <param name="mutations">The mutations.</param>
    /// <returns>The exit code: 0 when all do.</returns>
    public int Check(ImmutableArray<Mutation> mutations)
    {
        foreach (Mutation mutation in mutations)
        {
            try
            {
                ISuite suite = SuiteParser.Parse(mutation);
                CheckEdits(mutation);
                if (!Directory.Exists(Path.Combine(original, suite.Project)))
                {
                    throw new MutationException($"There is no {suite.Project}.");
                }

                _passed++;
            }
            catch (MutationException exception)
            {
                Report(mutation, isCaught: false, exception.Message);
            }
        }

        return Summarize();
    }

    /// <summary>Runs mutations, one after the other.</summary>
    /// <param name="mutations">The mutations.</param>
    /// <param name="skipUnchanged">Whether to skip the runs without a mutation.</param>
    /// <returns>The exit code: 0 when all are caught.</returns>
    public int Run(ImmutableArray<Mutation> mutations, bool skipUnchanged)
    {
        using SourceTree tree = SourceTree.Copy(original);
        RunUnchanged(tree, mutations, skipUnchanged);
        for (int i = 0; i < mutations.Length; i++)
        {
            output.Write($"[{i + 1}/{mutations.Length}] {mutations[i].Name}: ");
            output.Flush();
            try
            {
                RunOne(tree, mutations[i]);
            }
            catch (MutationException exception)
            {
                Report(mutations[i], isCaught: false, exception.Message);
            }
        }

        return Summarize();
    }

    private void CheckEdits(Mutation mutation)
    {
        foreach (IGrouping<string, Edit> edits in mutation.Edits.GroupBy(edit => edit.File))
        {
            string path = Path.Combine(original, edits.Key);
            if (!File.Exists(path))
            {
                throw new MutationException($"There is no {edits.Key}.");
            }

            string text = File.ReadAllText(path);
            foreach (Edit edit in edits)
            {
                text = edit.ApplyTo(text);
            }
        }
    }

    /// <summary>Runs each suite once without a mutation: a suite that fails then proves nothing. Each project is built
    /// once for all its suites.</summary>
    private void RunUnchanged(SourceTree tree, ImmutableArray<Mutation> mutations, bool skip)
    {
        Stopwatch watch = Stopwatch.StartNew();
        foreach (IGrouping<string, Mutation> sameProject in mutations.GroupBy(one => SuiteParser.Parse(one).Project))
        {
            Build(tree, sameProject.Key);
            if (!skip)
            {
                RunUnchanged(tree, [.. sameProject.DistinctBy(one => one.Suite)]);
            }
        }

        if (skip)
        {
            return;
        }

        output.WriteLine($"{_unchanged.Count} suites without a mutation: "
            + $"{_unchanged.Values.Count(why => why is null)} pass, {watch.Elapsed.TotalSeconds:0} s");
    }

    private void RunUnchanged(SourceTree tree, ImmutableArray<Mutation> sameProject)
    {
        // Running all tests at once is equivalent to running the suites one after the other, and much faster.
        bool allPass = SuiteParser.TryUnite(sameProject) is { } all
            && all.Run(tree.Root, SuiteLimit).Verdict == SuiteVerdict.Passed;
        foreach (Mutation mutation in sameProject)
        {
            _unchanged[mutation.Suite] = allPass ? null : WhyNotPassed(SuiteParser.Parse(mutation).Run(tree.Root, SuiteLimit));
        }
    }

    private static string? WhyNotPassed(SuiteResult result) =>
        result.Verdict == SuiteVerdict.Passed ? null : $"{result.Detail}\n{result.Output}";

    private void RunOne(SourceTree tree, Mutation mutation)
    {
        ISuite suite = SuiteParser.Parse(mutation);
        if (_unchanged.GetValueOrDefault(mutation.Suite) is { } why)
        {
            throw new MutationException($"the suite does not pass without the bug: {why}");
        }

        using IDisposable applied = tree.Apply(mutation);
        BuildChanged(tree, mutation, suite);
        Stopwatch watch = Stopwatch.StartNew();
        SuiteResult result = suite.Run(tree.Root, SuiteLimit);
        string time = $"{watch.Elapsed.TotalSeconds:0.0} s";
        switch (result.Verdict)
        {
            case SuiteVerdict.Failed:
                Report(mutation, isCaught: true, $"caught by {result.Detail}, {time}");
                break;
            case SuiteVerdict.FailedOtherwise:
                Report(mutation, isCaught: false,
                    $"{result.Detail}, {time}, and none of it is {string.Join(" or ", mutation.Because)}");
                break;
            case SuiteVerdict.HungUp:
                Report(mutation, isCaught: mutation.Because.Contains("hang"), $"{result.Detail}, {time}");
                break;
            case SuiteVerdict.Passed:
                Report(mutation, isCaught: false, $"{result.Detail}, {time}: {mutation.Suite}");
                break;
            default:
                throw new MutationException($"{result.Detail}:\n{result.Output}");
        }

        if (isVerbose)
        {
            output.WriteLine(result.Output);
        }
    }

    /// <summary>Builds the projects that a mutation changes, but not their dependents, and copies them into the
    /// suite.</summary>
    private static void BuildChanged(SourceTree tree, Mutation mutation, ISuite suite)
    {
        foreach (string project in mutation.Edits.Select(edit => ProjectOf(edit.File)).Distinct())
        {
            Build(tree, project, "--no-restore", "-p:BuildProjectReferences=false");
            string assembly = Path.GetFileName(project) + ".dll";
            tree.Replace(Path.Combine(suite.Project, BinaryFolder, assembly), Path.Combine(project, BinaryFolder, assembly));
        }
    }

    private static void Build(SourceTree tree, string project, params string[] options)
    {
        // The gate checks analyzers and warnings: a bug often leaves something unused.
        CommandResult build = Command.Run(
            "dotnet",
            ["build", project, "-c", "Release", "--nologo", "-v", "q", "-p:RunAnalyzers=false",
                "-p:TreatWarningsAsErrors=false", "-p:GenerateDocumentationFile=false", .. options],
            tree.Root,
            BuildLimit);
        if (!build.HasEnded || build.ExitCode != 0)
        {
            throw new MutationException($"it does not build:\n{build.Output}");
        }
    }

    private static string ProjectOf(string file) => string.Join('/', file.Split('/').Take(2));

    private void Report(Mutation mutation, bool isCaught, string detail)
    {
        if (isCaught)
        {
            _passed++;
            output.WriteLine(detail);
        }
        else
        {
            _failed++;
            output.WriteLine($"NOT CAUGHT ({mutation.Name}: {mutation.Title}): {detail}");
        }

        output.Flush();
    }

    private int Summarize()
    {
        output.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 ? 0 : 1;
    }
}
