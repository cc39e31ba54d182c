using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.S3;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.Control;

/// <summary>The account as JSON, for people and for tests that compare whole states. Holds no secret.</summary>
internal static class StateDump
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Account account, S3Store store)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteString("account", account.AccountId);
            json.WriteStartArray("users");
            foreach (var user in account.Users.Values)
            {
                WriteUser(json, user);
            }

            json.WriteEndArray();
            WriteHolders(json, "groups", account.Groups.Values, (group, _) => Names(json, "members", ((Group)group).Members.Keys));
            WriteHolders(json, "roles", account.Roles.Values, (role, _) => json.WriteString("trust", ((Role)role).Trust.Text));
            json.WriteStartArray("policies");
            foreach (var policy in account.Policies.Values.Where(policy => !policy.IsAwsManaged))
            {
                json.WriteStartObject();
                json.WriteString("arn", policy.Arn);
                json.WriteString("document", policy.Current.Text);
                json.WriteNumber("attachments", policy.AttachmentCount);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteSessions(json, account);
            WriteBuckets(json, store);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteUser(Utf8JsonWriter json, User user)
    {
        json.WriteStartObject();
        WriteCommon(json, user);
        json.WriteStartArray("keys");
        foreach (var key in user.Keys)
        {
            json.WriteStartObject();
            json.WriteString("id", key.Id);
            json.WriteBoolean("active", key.Active);
            json.WriteString("created", Xml.FormatTime(key.Created));
            json.WriteString("usable_from", Xml.FormatTime(key.UsableFrom));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Names(json, "groups", user.Groups.Keys);
        json.WriteBoolean("login_profile", user.Login is not null);
        Names(json, "mfa_devices", user.MfaDevices.Select(device => device.Serial));
        Names(json, "ssh_keys", user.SshKeys.Select(key => key.Id));
        Names(json, "signing_certificates", user.Certificates.Select(certificate => certificate.Id));
        Names(json, "service_credentials", user.ServiceCredentials.Select(credential => credential.Id));
        json.WriteEndObject();
    }

    private static void WriteHolders(
        Utf8JsonWriter json, string name, IEnumerable<PolicyHolder> holders, Action<PolicyHolder, Utf8JsonWriter> more)
    {
        json.WriteStartArray(name);
        foreach (var holder in holders)
        {
            json.WriteStartObject();
            WriteCommon(json, holder);
            more(holder, json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCommon(Utf8JsonWriter json, PolicyHolder holder)
    {
        json.WriteString("name", holder.Name);
        json.WriteString("arn", holder.Arn);
        json.WriteString("id", holder.Id);
        json.WriteString("created", Xml.FormatTime(holder.Created));
        json.WriteStartObject("tags");
        foreach (var (key, value) in holder.Tags)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.WriteStartObject("inline_policies");
        foreach (var (name, policy) in holder.Inline)
        {
            json.WriteString(name, policy.Text);
        }

        json.WriteEndObject();
        Names(json, "attached_policies", holder.Attached.Keys);
        json.WriteString("permissions_boundary", holder.Boundary?.Arn);
    }

    private static void WriteSessions(Utf8JsonWriter json, Account account)
    {
        json.WriteStartArray("sessions");
        foreach (var session in account.Sessions.Values.OrderBy(session => session.Issued).ThenBy(session => session.AccessKeyId, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("id", session.AccessKeyId);
            json.WriteString("principal", session.Principal.Arn);
            json.WriteString("issued", Xml.FormatTime(session.Issued));
            json.WriteString("expires", Xml.FormatTime(session.Expires));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteBuckets(Utf8JsonWriter json, S3Store store)
    {
        json.WriteStartObject("buckets");
        foreach (var bucket in store.Buckets.Values)
        {
            Names(json, bucket.Name, bucket.Objects.Keys);
        }

        json.WriteEndObject();
        json.WriteStartObject("unfinished_uploads");
        foreach (var bucket in store.Buckets.Values.Where(bucket => bucket.Uploads.Count > 0))
        {
            Names(json, bucket.Name, bucket.Uploads.Keys.Select(upload => upload.Key));
        }

        json.WriteEndObject();
    }

    private static void Names(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
