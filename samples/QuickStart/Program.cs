using System.Runtime.InteropServices;
using EmbeddedConsensus;
using EmbeddedConsensus.Samples.QuickStart;
using Spectre.Console;

if (!QuickStartOptions.TryParse(args, out QuickStartOptions? options, out string? problem))
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(QuickStartOptions.Usage);
    return ExitCode.Usage;
}

if (options.ShowsHelp)
{
    Console.WriteLine(QuickStartOptions.Usage);
    return ExitCode.Success;
}

using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        // Redirected output is read without a terminal.
        Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
    });
    QuickStartReport report = await new QuickStartRun(options, console).RunAsync(stop.Token);
    report.WriteTo(console);
    return report.Holds ? ExitCode.Success : ExitCode.Failure;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted: the cluster was stopped, nothing was verified.");
    return ExitCode.Interrupted;
}
catch (Exception exception)
    when (exception is IOException or UnauthorizedAccessException or ConsensusStoreException or TimeoutException)
{
    Console.Error.WriteLine($"The run could not be completed: {exception.Message}");
    return ExitCode.Failure;
}

void Stop(PosixSignalContext signal)
{
    // The run stops its replicas and removes its directories before the process ends.
    signal.Cancel = true;
    stop.Cancel();
}
