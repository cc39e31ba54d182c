using System.Text.Json.Nodes;

namespace Coffer.Cli.Outcomes;

/// <summary>Ends a command whose answer came wrapped: what it would have printed is inside, and the token that opens it must not be lost.</summary>
internal sealed class WrappedAnswer(JsonObject envelope) : Exception("the answer came wrapped")
{
    public JsonObject Envelope { get; } = envelope;
}
