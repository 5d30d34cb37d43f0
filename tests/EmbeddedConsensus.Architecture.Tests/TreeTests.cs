using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Architecture.Tests;

/// <summary>The tree stays easy to find one's way in.</summary>
public sealed partial class TreeTests
{
    private const int MaxFilesInFolder = 22;
    private const int MaxParts = 3;
    private const int MaxColumns = 120;

    private static readonly string[] Code = ["src", "tests", "samples", "benchmarks", "build"];

    [Fact]
    public void A_folder_holds_few_files() =>
        Rule.Holds(
            "folder",
            Code.SelectMany(SourceTree.Folders)
                .Select(folder => (Path: SourceTree.Relative(folder), Files: Directory.EnumerateFiles(folder).Count()))
                .Where(folder => folder.Files > MaxFilesInFolder)
                .Select(folder => $"{folder.Path}: {folder.Files} files"));

    [Fact]
    public void A_type_has_at_most_three_parts() =>
        Rule.Holds(
            "parts",
            SourceTree.Files(Code)
                .SelectMany(file => file.PartialTypes.Distinct(), (file, type) => (ProjectOf(file), type))
                .CountBy(type => type)
                .Where(type => type.Value > MaxParts)
                .Select(type => $"{type.Key.type}: {type.Value} parts in {type.Key.Item1}"));

    [Fact]
    public void A_file_holds_one_top_level_type() =>
        Rule.Holds(
            "types",
            SourceTree.Files(Code)
                .Where(file => file.TopLevelTypes.Count() > 1)
                .Select(file => $"{file.Path}: {string.Join(", ", file.TopLevelTypes)}"));

    [Fact]
    public void A_line_is_short() =>
        Rule.Holds(
            "line",
            SourceTree.Files(Code).SelectMany(
                file => file.Lines.Index().Where(line => line.Item.Length > MaxColumns),
                (file, line) => $"{file.Path}:{line.Index + 1}"));

    [Fact]
    public void Pure_folders_know_no_time_tasks_threads_randomness_or_files() =>
        Rule.Holds(
            "pure",
            SourceTree.Files([.. Layers.Pure.Select(folder => $"src/EmbeddedConsensus/{folder}")]).SelectMany(
                file => file.Code.Index().Where(line => ImpureWord().IsMatch(line.Item)),
                (file, line) => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}"));

    private static string ProjectOf(SourceFile file) => string.Join('/', file.Path.Split('/').Take(2));

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset|Stopwatch|TickCount|TickCount64|TimeProvider|Timer|Task|ValueTask"
        + @"|async|await|Thread|ConcurrentDictionary|Random|NewGuid|Socket)\b|\b(File|Directory)\.")]
    private static partial Regex ImpureWord();
}
