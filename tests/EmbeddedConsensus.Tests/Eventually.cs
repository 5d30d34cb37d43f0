namespace EmbeddedConsensus.Tests;

/// <summary>Waits for what another thread brings about, with a deadline that only a hang exceeds.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    public static async Task HoldsAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource deadline = new(Deadline);
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Within {Deadline} it did not come about that {what}.");
            await Task.Delay(Poll, CancellationToken.None);
        }
    }
}
