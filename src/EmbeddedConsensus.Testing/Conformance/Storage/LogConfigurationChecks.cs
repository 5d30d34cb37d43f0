using EmbeddedConsensus.Storage;
using static EmbeddedConsensus.Testing.Storage.LogStorageSteps;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>Checks of the membership that a log reports at its recovery.</summary>
internal static class LogConfigurationChecks
{
    public static async Task ConfigurationEntriesAsync(LogStorageMedium medium)
    {
        var model = new LogModel();
        ILogStorage storage = await OpenAsync(medium, model).ConfigureAwait(false);
        await AppendAsync(storage, model, WithConfiguration(Entries(1, 5, 1, state: State(1)), 0))
            .ConfigureAwait(false);
        await AppendAsync(storage, model, WithConfiguration(Entries(6, 5, 1, bytes: 20_000), 2)).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);

        // The one at 8 is overridden by a command, and another one of the same append.
        await AppendAsync(storage, model, WithConfiguration(Entries(7, 4, 2), 3)).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);
        await AppendAsync(
            storage, model, WithConfiguration(Entries(11, 3, 2), 1), WithConfiguration(Entries(12, 3, 3), 2))
            .ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);

        await DropAsync(storage, model, 1, 1).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);
        await DropAsync(storage, model, 12, 3).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);

        // Another term at the position: the whole log goes.
        await DropAsync(storage, model, 13, 9).ConfigureAwait(false);
        storage = await ReopenAsync(medium, storage, model).ConfigureAwait(false);
        await AppendAsync(storage, model, WithConfiguration(Entries(14, 2, 9), 1)).ConfigureAwait(false);
        await CheckReopenedAsync(medium, storage, model).ConfigureAwait(false);
    }
}
