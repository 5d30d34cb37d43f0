using System.Diagnostics;

namespace EmbeddedConsensus.Diagnostics;

/// <summary>Makes an activity for a call to a store while a listener wants one; docs/telemetry.md lists them.</summary>
internal static class StoreActivities
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "EmbeddedConsensus";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether a listener wants activities. A call asks first, so that it costs nothing otherwise.</summary>
    public static bool AreWanted => Source.HasListeners();

    /// <summary>Begins the activity of a call; null when no listener samples it.</summary>
    /// <param name="operation">The name of the call.</param>
    /// <param name="member">The member that takes it.</param>
    public static Activity? Start(string operation, MemberId member)
    {
        Activity? activity = Source.StartActivity($"embedded_consensus {operation}", ActivityKind.Internal);
        activity?.SetTag("embedded_consensus.operation.name", operation);
        activity?.SetTag("embedded_consensus.member.id", member.ToString());
        return activity;
    }

    /// <summary>Marks a call as failed.</summary>
    public static void Fail(Activity? activity, Exception exception)
    {
        activity?.SetTag("error.type", exception.GetType().FullName);
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }
}
