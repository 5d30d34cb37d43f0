namespace EmbeddedConsensus.Testing;

/// <summary>One check of a conformance suite.</summary>
/// <typeparam name="TMedium">What the check works on.</typeparam>
/// <remarks>The suites know no test framework: run each check as a test case of yours, under its name.</remarks>
public sealed class ConformanceCheck<TMedium>
    where TMedium : IAsyncDisposable
{
    private readonly Func<TMedium, Task> _run;

    /// <summary>A check.</summary>
    /// <param name="name">Its name, unique in its suite and fit for the name of a test.</param>
    /// <param name="description">What it shows.</param>
    /// <param name="run">The check itself.</param>
    internal ConformanceCheck(string name, string description, Func<TMedium, Task> run)
    {
        Name = name;
        Description = description;
        _run = run;
    }

    /// <summary>The name of the check, unique in its suite.</summary>
    public string Name { get; }

    /// <summary>What the check shows.</summary>
    public string Description { get; }

    /// <summary>Runs the check on a medium of its own.</summary>
    /// <param name="createMedium">Makes a new, empty medium; the check disposes it.</param>
    /// <exception cref="ConformanceException">The implementation failed the check; the message says where.</exception>
    public async Task RunAsync(Func<TMedium> createMedium)
    {
        ArgumentNullException.ThrowIfNull(createMedium);
        TMedium medium = createMedium();
        await using (medium.ConfigureAwait(false))
        {
            try
            {
                await _run(medium).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not ConformanceException)
            {
                throw new ConformanceException(
                    $"{Name}: an unexpected {exception.GetType().Name}: {exception.Message}", exception);
            }
        }
    }

    /// <inheritdoc />
    public override string ToString() => Name;
}
