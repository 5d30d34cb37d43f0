using System.Text.Json;

namespace EmbeddedConsensus.Testing.Histories;

/// <summary>Reads back what a <see cref="HistoryRecorder"/> wrote.</summary>
public sealed class HistoryReader
{
    private readonly List<StoreCall> _calls = [];
    private readonly List<(WatchRecording Watch, List<WatchRecord> Records)> _watches = [];

    private HistoryReader()
    {
    }

    /// <summary>Reads a history to the end. Calls without an end have an unknown outcome; a last line that was torn by
    /// the death of its process is ignored.</summary>
    /// <param name="stream">The stream.</param>
    /// <exception cref="FormatException">A line other than the last is not what a recorder writes.</exception>
    public static StoreHistory Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        HistoryReader reader = new();
        using StreamReader text = new(stream, leaveOpen: true);
        int number = 0;
        string? next = text.ReadLine();
        while (next is { } line)
        {
            next = text.ReadLine();
            number++;
            try
            {
                reader.Take(line);
            }
            catch (JsonException) when (next is null)
            {
                // Torn by a kill: its content never reached the caller.
                break;
            }
            catch (Exception exception)
                when (exception is JsonException or KeyNotFoundException or InvalidOperationException
                    or ArgumentException or IndexOutOfRangeException)
            {
                throw new FormatException(
                    $"Line {number} of the history cannot be read: {exception.Message}", exception);
            }
        }

        return new StoreHistory
        {
            Calls = reader._calls,
            Watches = [.. reader._watches.Select(item => item.Watch with { Records = item.Records })],
        };
    }

    private void Take(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement element = document.RootElement;
        if (element.TryGetProperty(HistoryLine.Invoke, out _))
        {
            _calls.Add(ReadBeginning(element));
        }
        else if (element.TryGetProperty(HistoryLine.Return, out JsonElement call))
        {
            _calls[call.GetInt32()] = ReadEnd(_calls[call.GetInt32()], element);
        }
        else if (element.TryGetProperty(HistoryLine.Watch, out _))
        {
            _watches.Add((ReadWatch(element), []));
        }
        else
        {
            int watch = element.GetProperty(HistoryLine.Deliver).GetInt32();
            _watches[watch].Records.Add(new WatchRecord
            {
                Bookmark = JsonBytes.ReadNumber(element, "bookmark"),
                Events = [.. element.GetProperty("events").EnumerateArray().Select(ResultJson.ReadEvent)],
            });
        }
    }

    private static StoreCall ReadBeginning(JsonElement element) => new()
    {
        Client = element.GetProperty("client").GetInt32(),
        Session = element.TryGetProperty("session", out JsonElement session) ? session.GetString()! : "",
        InvokedAt = element.GetProperty("at").GetInt64(),
        Operation = OperationJson.Read(element),
        CompactRevision = JsonBytes.ReadNumber(element, "compact"),
    };

    private static StoreCall ReadEnd(StoreCall call, JsonElement element) => call with
    {
        ReturnedAt = element.GetProperty("at").GetInt64(),
        Outcome = Enum.Parse<CallOutcome>(element.GetProperty("outcome").GetString()!),
        Result = ResultJson.Read(element),
        Refusal = element.TryGetProperty("refusal", out JsonElement refusal)
            ? new RevisionRefusal(refusal[0].GetInt64(), refusal[1].GetInt64(), refusal[2].GetInt64())
            : null,
        Error = element.TryGetProperty("error", out JsonElement error) ? error.GetString() : null,
    };

    private static WatchRecording ReadWatch(JsonElement element) => new()
    {
        Name = element.GetProperty("name").GetString()!,
        Range = JsonBytes.ReadRange(element.GetProperty("range")),
        Options = new WatchOptions
        {
            StartRevision = JsonBytes.ReadNumber(element, "from"),
            IncludePrevious = JsonBytes.ReadFlag(element, "previous"),
            SkipPuts = JsonBytes.ReadFlag(element, "skipPuts"),
            SkipDeletes = JsonBytes.ReadFlag(element, "skipDeletes"),
        },
    };
}
