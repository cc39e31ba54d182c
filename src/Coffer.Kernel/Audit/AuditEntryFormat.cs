using System.Collections.Immutable;
using System.Text.Json;
using Coffer.Audit.Devices;
using Coffer.Audit.Entries;
using Coffer.Kernel.Requests;
using Coffer.Kernel.Tokens;
using Coffer.Policies;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;

namespace Coffer.Kernel.Audit;

/// <summary>Writes entries as Vault's audit devices do: one JSON object a line, sensitive values as hashes.</summary>
/// <param name="keyed">Hashes what is sensitive, unless everything is to be in the entry as it is (<c>log_raw</c>).</param>
/// <param name="callers">Hashes of tokens and accessors in use, under the same key.</param>
/// <param name="headers">Request headers to record, by lower-case name; true: hashed.</param>
internal sealed class AuditEntryFormat(AuditHash keyed, CallerHashes callers, AuditDeviceOptions options, ImmutableSortedDictionary<string, bool> headers)
{
    /// <summary>Below these, bodies hold key shares, root tokens and what hides them: no option brings those into a log.</summary>
    private static readonly string[] Ceremonies = ["sys/rekey/", "sys/generate-root", "sys/key-slots"];

    private readonly AuditHash? _hash = options.LogRaw ? null : keyed;
    private readonly AuditHash? _accessorHash = options is { HmacAccessor: true, LogRaw: false } ? keyed : null;

    /// <summary>An entry, to which the device adds the chain.</summary>
    /// <exception cref="JsonException">Data is nested too deeply to be recorded.</exception>
    public ReadOnlyMemory<byte> Write(AuditEvent entry, bool response, DateTimeOffset time) => AuditEntry.Of(JsonBytes.Write(
        (Format: this, Entry: entry, Subject: entry.Subject.WrittenBy(this), Response: response, Time: time),
        static (line, json) => line.Format.Write(json, line.Entry, line.Subject, line.Response, line.Time)));

    /// <summary>The member <c>auth</c> of an entry.</summary>
    internal byte[] WriteCaller(AuditSubject subject) =>
        JsonBytes.Write((Format: this, Subject: subject), static (line, json) => line.Format.WriteCaller(json, line.Subject, line.Subject.Caller!));

    /// <summary>The member <c>request</c> of an entry.</summary>
    /// <exception cref="JsonException">Data is nested too deeply to be recorded.</exception>
    internal byte[] WriteRequest(AuditSubject subject) =>
        JsonBytes.Write((Format: this, Subject: subject), static (line, json) => line.Format.WriteRequest(json, line.Subject));

    /// <summary>The entry that shows, when a device is enabled, that it can be written to.</summary>
    public static ReadOnlyMemory<byte> Test(string requestId, DateTimeOffset time) => AuditEntry.Of(JsonBytes.Write(
        (Id: requestId, Time: time),
        static (test, json) =>
        {
            json.WriteStartObject();
            json.WriteString("time"u8, Rfc3339.Format(test.Time));
            json.WriteString("type"u8, "request"u8);
            json.WriteStartObject("request"u8);
            json.WriteString("id"u8, test.Id);
            json.WriteString("operation"u8, "update"u8);
            json.WriteString("path"u8, "sys/audit/test"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }));

    private void Write(Utf8JsonWriter json, AuditEvent entry, AuditSubject.Written subject, bool response, DateTimeOffset time)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, Rfc3339.Format(time));
        json.WriteString("type"u8, response ? "response"u8 : "request"u8);
        if (subject.Caller.Length > 0)
        {
            json.WritePropertyName("auth"u8);
            json.WriteRawValue(subject.Caller, skipInputValidation: true);
        }

        json.WritePropertyName("request"u8);
        json.WriteRawValue(subject.Request, skipInputValidation: true);
        if (response && entry.Answer is { } answer)
        {
            WriteAnswer(json, entry.Subject, answer);
        }

        if (entry.Error is { Length: > 0 } error)
        {
            json.WriteString("error"u8, error);
        }

        if (entry.Denial is { } denial)
        {
            json.WriteStartObject("explanation"u8);
            denial.WriteShort(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteCaller(Utf8JsonWriter json, AuditSubject subject, Caller caller)
    {
        var token = caller.Token;
        json.WriteStartObject();
        WriteToken(json, "client_token"u8, subject);
        WriteAccessor(json, "accessor"u8, subject);
        WriteText(json, "display_name", token.DisplayName);
        json.WriteAnyTexts("policies", caller.AllPolicies);
        json.WriteAnyTexts("token_policies", token.Policies);
        json.WriteAnyTexts("identity_policies", caller.Identity.Policies);
        if (subject.Decision is { } decision)
        {
            WriteDecision(json, decision);
        }

        WriteMetadata(json, token.Meta);
        if (token.NumUses != 0)
        {
            json.WriteNumber("remaining_uses"u8, Math.Max(0, token.NumUses));
        }

        WriteText(json, "entity_id", token.EntityId);
        json.WriteString("token_type"u8, token.IsBatch ? "batch"u8 : "service"u8);
        if (token.CreationTtl > TimeSpan.Zero)
        {
            json.WriteNumber("token_ttl"u8, (long)token.CreationTtl.TotalSeconds);
        }

        json.WriteString("token_issue_time"u8, Rfc3339.Format(token.IssueTime));
        json.WriteEndObject();
    }

    private static void WriteDecision(Utf8JsonWriter json, AclDecision decision)
    {
        json.WriteStartObject("policy_results"u8);
        json.WriteBoolean("allowed"u8, decision.IsAllowed);
        if (decision.IsAllowed)
        {
            json.WriteStartArray("granting_policies"u8);
            IEnumerable<string> names = decision.IsRoot ? ["root"] : decision.Rule?.GrantingPolicies(decision.Capability).Select(name => name.Value) ?? [];
            foreach (var name in names)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                json.WriteString("namespace_id"u8, "root"u8);
                json.WriteString("type"u8, "acl"u8);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteRequest(Utf8JsonWriter json, AuditSubject subject)
    {
        var request = subject.Request;
        json.WriteStartObject();
        json.WriteString("id"u8, request.Id);
        json.WriteString("operation"u8, subject.OperationName);
        WriteMount(json, subject);
        WriteToken(json, "client_token"u8, subject);
        WriteAccessor(json, "client_token_accessor"u8, subject);
        json.WriteStartObject("namespace"u8);
        json.WriteString("id"u8, "root"u8);
        json.WriteEndObject();
        json.WriteString("path"u8, Path(subject));
        if (request.Data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            json.WritePropertyName("data"u8);
            var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(request.Data);
            CopyBody(raw, json, subject.Path, subject.Mounted?.Mount.Tuning.AuditNonHmacRequestKeys ?? [], elide: false);
        }

        WriteText(json, "remote_address", request.RemoteAddress);
        if (request.RemotePort != 0)
        {
            json.WriteNumber("remote_port"u8, request.RemotePort);
        }

        if (request.WrapTtl is { } wrapTtl)
        {
            json.WriteNumber("wrap_ttl"u8, (long)wrapTtl.TotalSeconds);
        }

        WriteHeaders(json, request);
        json.WriteEndObject();
    }

    private void CopyBody(ReadOnlySpan<byte> body, Utf8JsonWriter json, string path, ImmutableArray<string> clear, bool elide)
    {
        var isCeremony = Array.Exists(Ceremonies, prefix => path.StartsWith(prefix, StringComparison.Ordinal));
        AuditRedaction.Copy(body, json, isCeremony ? keyed : _hash, isCeremony ? [] : clear, elide);
    }

    /// <summary>The path as it is authorised; a segment that is a token, put there by mistake, is hashed.</summary>
    private string Path(AuditSubject subject) => _hash is null ? subject.Path : PathTokens.Replace(subject.Path, subject.Request.Token, _hash.Of);

    private void WriteToken(Utf8JsonWriter json, ReadOnlySpan<byte> name, AuditSubject subject)
    {
        var token = subject.Request.Token;
        if (token.Length == 0)
        {
            return;
        }

        if (_hash is null)
        {
            json.WriteString(name, token);
        }
        else
        {
            // A token that nobody owns is hashed each time: whatever is sent must not push out what is in use.
            json.WriteString(name, subject.Caller is { } caller && caller.Text == token ? callers.Of(caller).Token : callers.TextOf(token));
        }
    }

    private void WriteAccessor(Utf8JsonWriter json, ReadOnlySpan<byte> name, AuditSubject subject)
    {
        if (subject.Caller is not { Token.Accessor: { Length: > 0 } accessor } caller)
        {
            return;
        }

        if (_accessorHash is null)
        {
            json.WriteString(name, accessor);
        }
        else
        {
            json.WriteString(name, callers.Of(caller).Accessor);
        }
    }

    private void WriteHeaders(Utf8JsonWriter json, ApiRequest request)
    {
        if (headers.IsEmpty || !headers.Keys.Any(name => request.TryGetHeader(name, out _)))
        {
            return;
        }

        json.WriteStartObject("headers"u8);
        foreach (var (name, hashed) in headers)
        {
            if (!request.TryGetHeader(name, out var values))
            {
                continue;
            }

            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(hashed && _hash is not null ? _hash.Of(value) : value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteAnswer(Utf8JsonWriter json, AuditSubject subject, AuditAnswer answer)
    {
        json.WriteStartObject("response"u8);
        if (answer.Auth is { } auth)
        {
            WriteIssued(json, auth);
        }

        WriteMount(json, subject);
        if (answer.LeaseId.Length > 0)
        {
            json.WriteStartObject("secret"u8);
            json.WriteString("lease_id"u8, answer.LeaseId);
            json.WriteEndObject();
        }

        if (answer.Data is { } data)
        {
            json.WritePropertyName("data"u8);
            CopyBody(
                data.Utf8.Span,
                json,
                subject.Path,
                subject.Mounted?.Mount.Tuning.AuditNonHmacResponseKeys ?? [],
                options.ElideListResponses && subject.Request.Operation == Operation.List);
        }

        WriteAnswerHeaders(json, answer.Headers);
        json.WriteAnyTexts("warnings", answer.Warnings);
        if (answer.Wrap is { } wrap)
        {
            WriteWrap(json, wrap);
        }

        json.WriteEndObject();
    }

    private void WriteAnswerHeaders(Utf8JsonWriter json, ImmutableArray<KeyValuePair<string, string>> answered)
    {
        if (answered.IsEmpty)
        {
            return;
        }

        json.WriteStartObject("headers"u8);
        foreach (var (name, value) in answered)
        {
            json.WriteStartArray(name);
            json.WriteStringValue(Hashed(value, _hash));
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteIssued(Utf8JsonWriter json, AuthInfo auth)
    {
        json.WriteStartObject("auth"u8);
        WriteHashed(json, "client_token", auth.ClientToken, _hash);
        WriteHashed(json, "accessor", auth.Accessor, _accessorHash);
        json.WriteAnyTexts("policies", auth.IdentityPolicies.IsEmpty
            ? auth.TokenPolicies
            : [.. auth.TokenPolicies.Union(auth.IdentityPolicies, StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        json.WriteAnyTexts("token_policies", auth.TokenPolicies);
        json.WriteAnyTexts("identity_policies", auth.IdentityPolicies);
        WriteMetadata(json, auth.Metadata);
        if (auth.NumUses != 0)
        {
            json.WriteNumber("num_uses"u8, auth.NumUses);
        }

        WriteText(json, "entity_id", auth.EntityId);
        WriteText(json, "token_type", auth.TokenType);
        json.WriteNumber("token_ttl"u8, (long)auth.LeaseDuration.TotalSeconds);
        json.WriteEndObject();
    }

    private void WriteWrap(Utf8JsonWriter json, WrapInfo wrap)
    {
        json.WriteStartObject("wrap_info"u8);
        json.WriteNumber("ttl"u8, (long)wrap.Ttl.TotalSeconds);
        WriteHashed(json, "token", wrap.Token, _hash);
        WriteHashed(json, "accessor", wrap.Accessor, _accessorHash);
        json.WriteString("creation_time"u8, Rfc3339.Format(wrap.CreationTime));
        json.WriteString("creation_path"u8, wrap.CreationPath);
        WriteHashed(json, "wrapped_accessor", wrap.WrappedAccessor, _accessorHash);
        json.WriteEndObject();
    }

    private static void WriteMount(Utf8JsonWriter json, AuditSubject subject)
    {
        if (subject.Mounted?.Mount is not { } mount)
        {
            return;
        }

        json.WriteString("mount_point"u8, mount.Path);
        json.WriteString("mount_type"u8, mount.Type);
        json.WriteString("mount_accessor"u8, mount.Accessor);
        json.WriteString("mount_class"u8, mount.Class == MountClass.Auth ? "auth"u8 : "secret"u8);
    }

    private static void WriteHashed(Utf8JsonWriter json, string name, string value, AuditHash? with) => WriteText(json, name, Hashed(value, with));

    private static string Hashed(string value, AuditHash? with) => with is null || value.Length == 0 ? value : with.Of(value);

    private static void WriteText(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, ImmutableSortedDictionary<string, string>? metadata)
    {
        if (metadata is { IsEmpty: false })
        {
            json.WritePropertyName("metadata"u8);
            AuthInfo.WriteMap(json, metadata);
        }
    }
}
