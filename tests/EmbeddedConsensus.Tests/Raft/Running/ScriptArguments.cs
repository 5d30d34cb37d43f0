using System.Globalization;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>The words of a command: plain ones in order, and settings of the form key=value.</summary>
internal sealed class ScriptArguments
{
    private readonly string[] _words;
    private readonly Dictionary<string, string> _settings;

    public ScriptArguments(string command)
    {
        string[] words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Name = words[0];
        _words = [.. words.Skip(1).Where(word => !word.Contains('='))];
        _settings = words.Skip(1).Where(word => word.Contains('='))
            .ToDictionary(word => word.Split('=')[0], word => word.Split('=')[1]);
    }

    public string Name { get; }

    public int Count => _words.Length;

    public string Text(int position) => _words[position];

    public IEnumerable<string> From(int position) => _words.Skip(position);

    public ulong Number(int position) => Parse(_words[position]);

    public int Times(int position) => position < _words.Length ? (int)Parse(_words[position]) : 1;

    public int Setting(string name, int otherwise) =>
        _settings.TryGetValue(name, out string? value) ? (int)Parse(value) : otherwise;

    public bool Switch(string name, bool otherwise) =>
        _settings.TryGetValue(name, out string? value) ? value == "on" : otherwise;

    public ulong[] Numbers(string name) =>
        _settings.TryGetValue(name, out string? value) ? List(value) : [];

    public static ulong[] List(string text) => text == "none" ? [] : [.. text.Split(',').Select(Parse)];

    private static ulong Parse(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
