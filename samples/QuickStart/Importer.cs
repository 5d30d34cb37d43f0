using System.Security.Cryptography;

namespace EmbeddedConsensus.Samples.QuickStart;

/// <summary>Writes files to a store, several per transaction and several transactions at a time.</summary>
/// <param name="store">The store.</param>
/// <param name="maxBytes">The maximum size of a key and its file together.</param>
internal sealed class Importer(IKeyValueStore store, long maxBytes)
{
    private const int Writers = 4;

    private readonly Lock _gate = new();
    private readonly List<ImportedFile> _imported = [];
    private readonly List<string> _skipped = [];

    /// <summary>The files in the store. Read it between imports.</summary>
    public IReadOnlyList<ImportedFile> Imported => _imported;

    /// <summary>The files that could not be read, with the reason.</summary>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <summary>The number of acknowledged transactions.</summary>
    public long Transactions { get; private set; }

    /// <summary>Writes files and returns when all are acknowledged.</summary>
    /// <param name="files">The files.</param>
    /// <param name="advanced">Receives the number of completed files after each transaction.</param>
    /// <param name="cancellationToken">Ends the import.</param>
    public Task ImportAsync(
        IEnumerable<SourceFile> files, Action<int> advanced, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            WriteBatch.Split(files),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                await WriteAsync(batch, token);
                advanced(batch.Count);
            });

    private async Task WriteAsync(IReadOnlyList<SourceFile> batch, CancellationToken cancellationToken)
    {
        List<Operation> puts = [];
        List<ImportedFile> files = [];
        foreach (SourceFile file in batch)
        {
            if (await TryReadAsync(file, cancellationToken) is { } content)
            {
                puts.Add(Op.Put(file.Key, content));
                files.Add(new ImportedFile(file, content.Length, SHA256.HashData(content)));
            }
        }

        if (puts.Count == 0)
        {
            return;
        }

        // One call, whatever happens to the leader meanwhile: the store executes it exactly once.
        await store.TxnAsync(Txn.Do([.. puts]), cancellationToken);
        lock (_gate)
        {
            _imported.AddRange(files);
            Transactions++;
        }
    }

    private async Task<byte[]?> TryReadAsync(SourceFile file, CancellationToken cancellationToken)
    {
        string reason;
        try
        {
            byte[] content = await File.ReadAllBytesAsync(file.Path, cancellationToken);
            if (content.Length <= file.Length || WriteBatch.SizeOf(file with { Length = content.Length }) <= maxBytes)
            {
                return content;
            }

            reason = "it has grown too large";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reason = exception.Message;
        }

        lock (_gate)
        {
            _skipped.Add($"{file.Key}: {reason}");
        }

        return null;
    }
}
