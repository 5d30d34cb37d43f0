using System.Collections.Immutable;
using System.Diagnostics;
using EmbeddedConsensus.Mutations.Catalogue;
using EmbeddedConsensus.Mutations.Suites;

namespace EmbeddedConsensus.Mutations;

/// <summary>
/// Puts each mutation into a copy of the sources, builds what its suite needs and runs the suite. A mutation is caught
/// when the suite fails with it and passes without it.
/// </summary>
internal sealed class MutationRunner(string original, TextWriter output)
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SuiteLimit = TimeSpan.FromMinutes(10);

    private readonly HashSet<string> _passedUnchanged = [];
    private int _passed;
    private int _failed;

    /// <summary>Checks that every mutation still fits the sources and names a suite, without running any.</summary>
    /// <param name="mutations">The mutations.</param>
    /// <returns>The exit code: 0 when all do.</returns>
    public int Check(ImmutableArray<Mutation> mutations)
    {
        foreach (Mutation mutation in mutations)
        {
            try
            {
                ISuite suite = SuiteParser.Parse(mutation.Suite);
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

    /// <summary>Runs mutations, one behind the other.</summary>
    /// <param name="mutations">The mutations.</param>
    /// <returns>The exit code: 0 when all are caught.</returns>
    public int Run(ImmutableArray<Mutation> mutations)
    {
        using SourceTree tree = SourceTree.Copy(original);
        for (int i = 0; i < mutations.Length; i++)
        {
            output.Write($"[{i + 1}/{mutations.Length}] {mutations[i].Name}: ");
            output.Flush();
            RunOne(tree, mutations[i]);
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

    private void RunOne(SourceTree tree, Mutation mutation)
    {
        try
        {
            ISuite suite = SuiteParser.Parse(mutation.Suite);
            RequirePassUnchanged(tree, mutation, suite);
            using IDisposable applied = tree.Apply(mutation);
            Build(tree, suite);
            Stopwatch watch = Stopwatch.StartNew();
            SuiteResult result = suite.Run(tree.Root, SuiteLimit);
            string time = $"{watch.Elapsed.TotalSeconds:0.0} s";
            switch (result.Verdict)
            {
                case SuiteVerdict.Failed:
                    Report(mutation, isCaught: true, $"caught by {result.Detail}, {time}");
                    break;
                case SuiteVerdict.HungUp:
                    Report(mutation, isCaught: true, $"caught: {result.Detail}");
                    break;
                case SuiteVerdict.Passed:
                    Report(mutation, isCaught: false, $"{result.Detail}, {time}: {mutation.Suite}");
                    break;
                default:
                    throw new MutationException($"{result.Detail}:\n{result.Output}");
            }
        }
        catch (MutationException exception)
        {
            Report(mutation, isCaught: false, exception.Message);
        }
    }

    /// <summary>A suite that fails without the bug as well says nothing about the bug.</summary>
    private void RequirePassUnchanged(SourceTree tree, Mutation mutation, ISuite suite)
    {
        if (_passedUnchanged.Contains(mutation.Suite))
        {
            return;
        }

        Build(tree, suite);
        SuiteResult result = suite.Run(tree.Root, SuiteLimit);
        if (result.Verdict != SuiteVerdict.Passed)
        {
            throw new MutationException($"the suite does not pass without the bug: {result.Detail}\n{result.Output}");
        }

        _passedUnchanged.Add(mutation.Suite);
    }

    private static void Build(SourceTree tree, ISuite suite)
    {
        // Analyzers and warnings are the gate's business: a bug often leaves something unused.
        CommandResult build = Command.Run(
            "dotnet",
            ["build", suite.Project, "-c", "Release", "--nologo", "-v", "q",
                "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:GenerateDocumentationFile=false"],
            tree.Root,
            BuildLimit);
        if (!build.HasEnded || build.ExitCode != 0)
        {
            throw new MutationException($"it does not build:\n{build.Output}");
        }
    }

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
