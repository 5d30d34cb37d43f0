namespace EmbeddedConsensus.Mutations.Catalogue;

/// <summary>One change of one source file.</summary>
/// <param name="File">The file, relative to the root of the tree, with forward slashes.</param>
/// <param name="Find">The text to replace; it occurs in the file exactly once.</param>
/// <param name="Replace">The replacement.</param>
internal sealed record Edit(string File, string Find, string Replace)
{
    /// <summary>Applies all changes of one file.</summary>
    /// <param name="edits">The changes, all of the same file.</param>
    /// <param name="root">The root of the tree with the file.</param>
    /// <returns>The file's text with the changes.</returns>
    /// <exception cref="MutationException">The file is not there, or a change does not fit it.</exception>
    public static string ApplyAll(IGrouping<string, Edit> edits, string root)
    {
        string path = Path.Combine(root, edits.Key);
        return System.IO.File.Exists(path)
            ? edits.Aggregate(System.IO.File.ReadAllText(path), (text, edit) => edit.ApplyTo(text))
            : throw new MutationException($"There is no {edits.Key}.");
    }

    /// <summary>Applies the change to the file's text.</summary>
    /// <exception cref="MutationException">The text to replace is missing, or occurs more than once.</exception>
    public string ApplyTo(string text)
    {
        int first = text.IndexOf(Find, StringComparison.Ordinal);
        if (first < 0)
        {
            throw new MutationException($"{File} no longer contains the text to replace: {FirstLine(Find)}");
        }

        if (text.IndexOf(Find, first + 1, StringComparison.Ordinal) >= 0)
        {
            throw new MutationException($"{File} contains the text to replace more than once: "
                + $"{FirstLine(Find)}");
        }

        return string.Concat(text.AsSpan(0, first), Replace, text.AsSpan(first + Find.Length));
    }

    private static string FirstLine(string text) => text.Split('\n').First(line => line.Trim().Length > 0).Trim();
}
