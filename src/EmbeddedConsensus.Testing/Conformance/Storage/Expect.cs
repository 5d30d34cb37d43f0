using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>The assertions of the conformance suites.</summary>
internal static class Expect
{
    /// <summary>Two values are equal.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="expected">What is right.</param>
    /// <param name="actual">What came.</param>
    /// <param name="what">What the value is.</param>
    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new ConformanceException($"Expected {what} to be {expected}, but it is {actual}.");
        }
    }

    /// <summary>Something holds.</summary>
    /// <param name="holds">Whether it does.</param>
    /// <param name="what">What should hold.</param>
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new ConformanceException($"Expected {what}.");
        }
    }

    /// <summary>Two entries are equal to the last byte.</summary>
    /// <param name="expected">What was written.</param>
    /// <param name="actual">What was read.</param>
    public static void SameEntry(in LogEntry expected, in LogEntry actual)
    {
        Equal(expected.Position, actual.Position, "the position of an entry");
        Equal(expected.Kind, actual.Kind, $"the kind of entry {expected.Index}");
        That(expected.Data.Span.SequenceEqual(actual.Data.Span), $"entry {expected.Index} to hold the bytes written");
    }

    /// <summary>An action fails in a certain way.</summary>
    /// <typeparam name="TException">How it fails, or a base of it.</typeparam>
    /// <param name="action">The action.</param>
    /// <param name="what">What the action is.</param>
    public static async Task ThrowsAsync<TException>(Func<Task> action, string what)
        where TException : Exception
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (TException)
        {
            return;
        }
        catch (Exception exception)
        {
            throw new ConformanceException(
                $"Expected {what} to fail with {typeof(TException).Name}, but it failed with {exception}.", exception);
        }

        throw new ConformanceException($"Expected {what} to fail with {typeof(TException).Name}, but it did not fail.");
    }
}
