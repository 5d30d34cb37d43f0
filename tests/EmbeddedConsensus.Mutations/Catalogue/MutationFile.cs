using System.Collections.Immutable;
using System.Globalization;

namespace EmbeddedConsensus.Mutations.Catalogue;

/// <summary>
/// Reads a mutation from its file. The file starts with lines of the form <c>key: value</c> (<c>title</c>,
/// <c>scenario</c>, <c>suite</c> and, for a suite that checks more than one thing, <c>because</c>), followed by the
/// changes in the form
/// <code>
/// === src/folder/File.cs
/// the text to replace
/// ===&gt;
/// the replacement
/// ===
/// </code>
/// </summary>
internal sealed class MutationFile
{
    private const string Fence = "===";
    private const string Arrow = "===>";

    private readonly string _name;
    private readonly string[] _lines;
    private int _next;

    private MutationFile(string name, string text)
    {
        _name = name;
        _lines = text.ReplaceLineEndings("\n").Split('\n');
    }

    /// <summary>Reads every mutation of a directory, in order of name.</summary>
    /// <param name="folder">The directory.</param>
    /// <exception cref="MutationException">A file is malformed.</exception>
    public static ImmutableArray<Mutation> ReadAll(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.mutation", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Parse(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path))),
    ];

    /// <summary>Reads one mutation.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">The text of its file.</param>
    /// <exception cref="MutationException">The text is malformed.</exception>
    public static Mutation Parse(string name, string text) => new MutationFile(name, text).Parse();

    private Mutation Parse()
    {
        Dictionary<string, string> header = ReadHeader();
        ImmutableArray<Edit> edits = [.. ReadEdits()];
        if (edits.IsEmpty)
        {
            throw Malformed("it changes nothing");
        }

        return new Mutation(_name, Required(header, "title"), Numbers(Required(header, "scenario")),
            Required(header, "suite"), Words(header.GetValueOrDefault("because", "")), edits);
    }

    private Dictionary<string, string> ReadHeader()
    {
        Dictionary<string, string> header = [];
        while (_next < _lines.Length && !_lines[_next].StartsWith(Fence, StringComparison.Ordinal))
        {
            string line = _lines[_next++];
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                header[line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
            else if (line.Trim().Length > 0)
            {
                throw Malformed($"line {_next} is neither 'key: value' nor the start of a change");
            }
        }

        return header;
    }

    private IEnumerable<Edit> ReadEdits()
    {
        while (_next < _lines.Length)
        {
            string line = _lines[_next++];
            if (line.Trim().Length == 0)
            {
                continue;
            }

            if (!line.StartsWith(Fence + " ", StringComparison.Ordinal))
            {
                throw Malformed($"line {_next} should be '{Fence} path'");
            }

            string find = ReadUntil(Arrow);
            string replace = ReadUntil(Fence);
            if (find.Trim().Length == 0)
            {
                throw Malformed($"the change that ends at line {_next} does not say what to replace");
            }

            yield return new Edit(line[Fence.Length..].Trim(), find, replace);
        }
    }

    private string ReadUntil(string fence)
    {
        int first = _next;
        while (_next < _lines.Length)
        {
            if (_lines[_next++] == fence)
            {
                return string.Concat(_lines[first..(_next - 1)].Select(line => line + "\n"));
            }
        }

        throw Malformed($"'{fence}' is missing after line {first}");
    }

    private string Required(Dictionary<string, string> header, string key) =>
        header.TryGetValue(key, out string? value) && value.Length > 0
            ? value
            : throw Malformed($"it has no '{key}:' line");

    private static ImmutableArray<string> Words(string list) =>
        [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private ImmutableArray<int> Numbers(string list)
    {
        var numbers = ImmutableArray.CreateBuilder<int>();
        foreach (string number in list.Split(',', StringSplitOptions.TrimEntries))
        {
            numbers.Add(int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw Malformed($"'{number}' is not the number of a scenario"));
        }

        return numbers.ToImmutable();
    }

    private MutationException Malformed(string why) => new($"{_name}.mutation is malformed: {why}.");
}
