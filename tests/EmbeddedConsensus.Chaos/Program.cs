using EmbeddedConsensus.Chaos;
using EmbeddedConsensus.Chaos.Nodes;

// Member processes run this program, too.
if (args is [NodeProgram.Verb, string settings])
{
    return await NodeProgram.RunAsync(settings);
}

return await ChaosCommand.RunAsync(args);
