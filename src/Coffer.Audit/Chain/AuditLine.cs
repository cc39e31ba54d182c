using System.Text.Json;

namespace Coffer.Audit.Chain;

/// <summary>What a line of an audit log says about its place in the chain. Its other members are passed over.</summary>
internal sealed record AuditLine
{
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = AuditLimits.JsonDepthMax + 8 };

    public string Type { get; private set; } = "";

    public string Time { get; private set; } = "";

    public long? Seq { get; private set; }

    public string Prev { get; private set; } = "";

    /// <summary>Why a chain begins here; empty when it goes on.</summary>
    public string Start { get; private set; } = "";

    public long? LastSeq { get; private set; }

    public string LastHash { get; private set; } = "";

    public string Device { get; private set; } = "";

    public string KeyId { get; private set; } = "";

    public string Signature { get; private set; } = "";

    /// <summary>How far the store had come at a checkpoint; zero when it does not say.</summary>
    public long Generation { get; private set; }

    /// <summary>Reads one line without its newline. False when it is not one JSON object; a line without a chain has no <see cref="Seq"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out AuditLine parsed)
    {
        parsed = new AuditLine();
        try
        {
            // A prefix of the device holds none.
            var brace = line.IndexOf((byte)'{');
            if (brace < 0)
            {
                return false;
            }

            var reader = new Utf8JsonReader(line[brace..], ReaderOptions);
            parsed.Read(ref reader);
            return reader.BytesConsumed == line.Length - brace;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Read(ref Utf8JsonReader reader)
    {
        var inside = "";
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                inside = "";
                continue;
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == 1 && name is "chain" or "checkpoint")
            {
                inside = name + ".";
            }
            else if (reader.TokenType == JsonTokenType.String && reader.CurrentDepth <= 2)
            {
                SetText(inside + name, reader.GetString()!);
            }
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            {
                SetNumber(inside + name, number);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void SetText(string name, string value)
    {
        switch (name)
        {
            case "type":
                Type = value;
                break;
            case "time":
                Time = value;
                break;
            case "prev":
                Prev = value;
                break;
            case "chain.start":
                Start = value;
                break;
            case "chain.last_hash":
                LastHash = value;
                break;
            case "checkpoint.device":
                Device = value;
                break;
            case "checkpoint.key_id":
                KeyId = value;
                break;
            case "checkpoint.signature":
                Signature = value;
                break;
        }
    }

    private void SetNumber(string name, long value)
    {
        switch (name)
        {
            case "seq":
                Seq = value;
                break;
            case "chain.last_seq":
                LastSeq = value;
                break;
            case "checkpoint.generation":
                Generation = value;
                break;
        }
    }
}
