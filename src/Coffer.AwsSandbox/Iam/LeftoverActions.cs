using System.Globalization;
using Coffer.AwsSandbox.Accounts;
using Coffer.AwsSandbox.Calls;
using Coffer.AwsSandbox.Wire;
using static Coffer.AwsSandbox.Iam.IamTable;

namespace Coffer.AwsSandbox.Iam;

/// <summary>Login profiles, MFA devices, SSH keys, certificates and service credentials: all that DeleteUser wants gone first.</summary>
internal static class LeftoverActions
{
    private const int MfaMax = 8;
    private const int SshKeysMax = 5;
    private const int CertificatesMax = 2;
    private const int ServiceCredentialsMax = 2;

    public static readonly QueryAction[] All =
    [
        On("CreateLoginProfile", NamedUser, CreateLogin),
        On("GetLoginProfile", NamedUser, call => WriteLogin(call, IamRead.UserOrSelf(call))),
        On("UpdateLoginProfile", NamedUser, call => Login(IamRead.User(call)).ResetRequired = call.Flag("PasswordResetRequired")),
        On("DeleteLoginProfile", NamedUser, DeleteLogin),
        On("CreateVirtualMFADevice", Device, CreateDevice),
        On("EnableMFADevice", NamedUser, EnableDevice),
        On("DeactivateMFADevice", NamedUser, DeactivateDevice),
        On("DeleteVirtualMFADevice", Device, DeleteDevice),
        On("ListMFADevices", NamedUser, ListDevices),
        On("ListVirtualMFADevices", Anything, ListVirtualDevices),
        On("UploadSSHPublicKey", NamedUser, UploadSsh),
        On("ListSSHPublicKeys", NamedUser, ListSsh),
        On("DeleteSSHPublicKey", NamedUser, call => Remove(IamRead.User(call).SshKeys, call.Required("SSHPublicKeyId"), "Public Key")),
        On("UploadSigningCertificate", NamedUser, UploadCertificate),
        On("ListSigningCertificates", NamedUser, ListCertificates),
        On("DeleteSigningCertificate", NamedUser, call => Remove(IamRead.UserOrSelf(call).Certificates, call.Required("CertificateId"), "Certificate")),
        On("CreateServiceSpecificCredential", NamedUser, CreateServiceCredential),
        On("ListServiceSpecificCredentials", NamedUser, ListServiceCredentials),
        On("DeleteServiceSpecificCredential", NamedUser,
            call => Remove(IamRead.UserOrSelf(call).ServiceCredentials, call.Required("ServiceSpecificCredentialId"), "credential")),
    ];

    private static IamTarget Device(QueryCall call) => new(
        call.Optional("SerialNumber")
        ?? $"arn:aws:iam::{call.Account.AccountId}:mfa{call.Optional("Path") ?? "/"}{call.Optional("VirtualMFADeviceName")}");

    private static void CreateLogin(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        call.Bounded("Password", 1, 128);
        if (user.Login is not null)
        {
            throw AwsFault.Exists($"Login Profile for user {user.Name} already exists.");
        }

        user.Login = new LoginProfile { Created = call.Now, ResetRequired = call.Flag("PasswordResetRequired") };
        WriteLogin(call, user);
    }

    private static void WriteLogin(QueryCall call, User user)
    {
        var login = Login(user);
        call.Out.Open("LoginProfile").Text("UserName", user.Name).Text("CreateDate", login.Created)
            .Text("PasswordResetRequired", login.ResetRequired).Close();
    }

    private static void DeleteLogin(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        _ = Login(user);
        user.Login = null;
    }

    private static LoginProfile Login(User user) =>
        user.Login ?? throw AwsFault.NotFound($"Login Profile for User {user.Name} cannot be found.");

    private static void CreateDevice(QueryCall call)
    {
        var name = IamRead.NewName(call, "VirtualMFADeviceName", 226);
        var serial = $"arn:aws:iam::{call.Account.AccountId}:mfa{IamRead.Path(call)}{name}";
        if (call.Account.MfaDevices.ContainsKey(serial))
        {
            throw AwsFault.Exists($"MFADevice entity at the same path and name already exists.");
        }

        var device = new MfaDevice { Serial = serial, Seed = call.Account.Ids.Base32(64), IsVirtual = true };
        call.Account.MfaDevices.Add(serial, device);
        var seed = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(device.Seed));
        call.Out.Open("VirtualMFADevice").Text("SerialNumber", serial).Text("Base32StringSeed", seed).Close();
    }

    private static void EnableDevice(QueryCall call)
    {
        var user = IamRead.User(call);
        var serial = call.Bounded("SerialNumber", 9, 256);
        var codes = new[] { call.Bounded("AuthenticationCode1", 6, 6), call.Bounded("AuthenticationCode2", 6, 6) };
        if (codes.Any(code => !code.All(char.IsAsciiDigit)) || codes[0] == codes[1])
        {
            throw new AwsFault(403, "InvalidAuthenticationCode", $"Authentication code for device is not valid");
        }

        if (!call.Account.MfaDevices.TryGetValue(serial, out var device))
        {
            if (serial.StartsWith("arn:", StringComparison.Ordinal))
            {
                throw AwsFault.NotFound($"VirtualMFADevice with serial number {serial} does not exist.");
            }

            device = new MfaDevice { Serial = serial, Seed = "", IsVirtual = false };
            call.Account.MfaDevices.Add(serial, device);
        }

        if (device.Owner is not null)
        {
            throw AwsFault.Exists($"MFA Device is already in use.");
        }

        if (user.MfaDevices.Count >= MfaMax)
        {
            throw AwsFault.Limit($"Cannot exceed quota for MFADevicesPerUser: {MfaMax}");
        }

        device.Owner = user;
        device.Enabled = call.Now;
        user.MfaDevices.Add(device);
    }

    private static void DeactivateDevice(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        var serial = call.Required("SerialNumber");
        var device = user.MfaDevices.Find(device => device.Serial == serial)
            ?? throw AwsFault.NotFound($"MFA Device with serial number {serial} is not assigned to user {user.Name}.");
        user.MfaDevices.Remove(device);
        device.Owner = null;
        device.Enabled = null;
        if (!device.IsVirtual)
        {
            call.Account.MfaDevices.Remove(serial);
        }
    }

    private static void DeleteDevice(QueryCall call)
    {
        var serial = call.Required("SerialNumber");
        var device = call.Account.MfaDevices.GetValueOrDefault(serial);
        if (device is not { IsVirtual: true })
        {
            throw AwsFault.NotFound($"VirtualMFADevice with serial number {serial} does not exist.");
        }

        if (device.Owner is not null)
        {
            throw AwsFault.Conflict("MFA VirtualDevice in use. Must deactivate first.");
        }

        call.Account.MfaDevices.Remove(serial);
    }

    private static void ListDevices(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        call.Page(
            user.MfaDevices.OrderBy(device => device.Serial, StringComparer.Ordinal), device => device.Serial, StringComparer.Ordinal,
            "MFADevices",
            (xml, device) => xml.Text("UserName", user.Name).Text("SerialNumber", device.Serial)
                .Text("EnableDate", device.Enabled ?? DateTimeOffset.UnixEpoch));
    }

    private static void ListVirtualDevices(QueryCall call)
    {
        var status = call.Optional("AssignmentStatus") ?? "Any";
        call.Page(
            call.Account.MfaDevices.Values.Where(
                device => device.IsVirtual && (status == "Any" || (status == "Assigned") == (device.Owner is not null))),
            device => device.Serial, StringComparer.Ordinal, "VirtualMFADevices",
            static (xml, device) =>
            {
                xml.Text("SerialNumber", device.Serial);
                if (device is { Owner: { } owner, Enabled: { } enabled })
                {
                    xml.Open("User");
                    IamWrite.User(xml, owner, full: false);
                    xml.Close().Text("EnableDate", enabled);
                }
            });
    }

    private static void UploadSsh(QueryCall call)
    {
        var user = IamRead.User(call);
        var body = call.Bounded("SSHPublicKeyBody", 1, 16384);
        if (!body.StartsWith("ssh-rsa ", StringComparison.Ordinal) && !body.StartsWith("-----BEGIN", StringComparison.Ordinal))
        {
            throw new AwsFault(400, "InvalidPublicKey", "The public key is not in a supported format.");
        }

        Limit(user.SshKeys, SshKeysMax, "SSHPublicKeysPerUser");
        var print = string.Join(':', System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(body))
            .Take(16).Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));
        var key = new UserCredential(call.Account.Ids.Unique("APKA"), body, print, call.Now);
        user.SshKeys.Add(key);
        call.Out.Open("SSHPublicKey").Text("UserName", user.Name).Text("SSHPublicKeyId", key.Id).Text("Fingerprint", key.Detail)
            .Text("SSHPublicKeyBody", body).Text("Status", "Active").Text("UploadDate", key.Uploaded).Close();
    }

    private static void ListSsh(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        call.Page(
            Ordered(user.SshKeys), key => key.Id, StringComparer.Ordinal, "SSHPublicKeys",
            (xml, key) => xml.Text("UserName", user.Name).Text("SSHPublicKeyId", key.Id).Text("Status", Status(key)).Text("UploadDate", key.Uploaded));
    }

    private static void UploadCertificate(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        var body = call.Bounded("CertificateBody", 1, 16384);
        if (!body.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            throw new AwsFault(400, "MalformedCertificate", "The certificate is not in PEM format.");
        }

        Limit(user.Certificates, CertificatesMax, "SigningCertificatesPerUser");
        var certificate = new UserCredential(call.Account.Ids.Base32(32), body, "", call.Now);
        user.Certificates.Add(certificate);
        call.Out.Open("Certificate");
        WriteCertificate(call.Out, user, certificate);
        call.Out.Close();
    }

    private static void ListCertificates(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        call.Page(
            Ordered(user.Certificates), certificate => certificate.Id, StringComparer.Ordinal, "Certificates",
            (xml, certificate) => WriteCertificate(xml, user, certificate));
    }

    private static void WriteCertificate(Xml xml, User user, UserCredential certificate) =>
        xml.Text("UserName", user.Name).Text("CertificateId", certificate.Id).Text("CertificateBody", certificate.Body)
            .Text("Status", Status(certificate)).Text("UploadDate", certificate.Uploaded);

    private static void CreateServiceCredential(QueryCall call)
    {
        var user = IamRead.User(call);
        var service = call.Required("ServiceName");
        if (service is not ("codecommit.amazonaws.com" or "cassandra.amazonaws.com" or "bedrock.amazonaws.com" or "logs.amazonaws.com"))
        {
            throw AwsFault.NotFound($"No such service {service} is supported for Service Specific Credentials");
        }

        var sameService = user.ServiceCredentials.Where(credential => credential.Detail == service).ToList();
        Limit(sameService, ServiceCredentialsMax, "ServiceSpecificCredentialsPerUser");
        var made = new UserCredential(call.Account.Ids.Unique("ACCA"), $"{user.Name}-at-{call.Account.AccountId}", service, call.Now);
        user.ServiceCredentials.Add(made);
        call.Out.Open("ServiceSpecificCredential").Text("ServicePassword", call.Account.Ids.Secret());
        WriteServiceCredential(call.Out, user, made);
        call.Out.Close();
    }

    private static void ListServiceCredentials(QueryCall call)
    {
        var user = IamRead.UserOrSelf(call);
        call.Out.Open("ServiceSpecificCredentials");
        foreach (var credential in Ordered(user.ServiceCredentials))
        {
            call.Out.Open("member");
            WriteServiceCredential(call.Out, user, credential);
            call.Out.Close();
        }

        call.Out.Close().Text("IsTruncated", false);
    }

    private static void WriteServiceCredential(Xml xml, User user, UserCredential credential) =>
        xml.Text("UserName", user.Name).Text("Status", Status(credential)).Text("ServiceUserName", credential.Body)
            .Text("CreateDate", credential.Uploaded).Text("ServiceSpecificCredentialId", credential.Id).Text("ServiceName", credential.Detail);

    private static string Status(UserCredential credential) => credential.Active ? "Active" : "Inactive";

    private static IOrderedEnumerable<UserCredential> Ordered(List<UserCredential> credentials) =>
        credentials.OrderBy(credential => credential.Id, StringComparer.Ordinal);

    private static void Limit(List<UserCredential> credentials, int most, string quota)
    {
        if (credentials.Count >= most)
        {
            throw AwsFault.Limit($"Cannot exceed quota for {quota}: {most}");
        }
    }

    private static void Remove(List<UserCredential> credentials, string id, string what)
    {
        if (credentials.RemoveAll(credential => credential.Id == id) == 0)
        {
            throw AwsFault.NotFound($"The {what} with id {id} cannot be found.");
        }
    }
}
