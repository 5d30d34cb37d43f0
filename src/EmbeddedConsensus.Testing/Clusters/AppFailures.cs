namespace EmbeddedConsensus.Testing;

/// <summary>Failures of the app's tasks that run beside a test, which the test may never await.</summary>
internal sealed class AppFailures
{
    // The first failure is what matters; the others follow from it.
    private const int MaxFailures = 5;

    private readonly Lock _gate = new();
    private readonly List<string> _failures = [];

    /// <summary>The first failures, as text.</summary>
    public string[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Notes the failure of a task, once it has one.</summary>
    /// <param name="task">The task.</param>
    /// <param name="what">What the task is, for the text.</param>
    public async Task ObserveAsync(Task task, string? what)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.Exception?.InnerException is { } failure)
        {
            lock (_gate)
            {
                if (_failures.Count < MaxFailures)
                {
                    _failures.Add($"{what}: {failure.GetType().Name}: {failure.Message}");
                }
            }
        }
    }
}
