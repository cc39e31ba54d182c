using System.Security.Authentication;
using Coffer.Hcl;
using Coffer.Server.Tls;

namespace Coffer.Server.Configuration;

/// <summary>Reads what one listener says about TLS.</summary>
internal sealed class ListenerTlsReader(ConfigurationNotes notes)
{
    private bool _plain;
    private bool _isUnread;
    private string _certificate = "";
    private string _key = "";
    private string _clientCa = "";
    private bool _clientRequired;
    private bool _clientsIgnored;
    private bool _http1Only;
    private SslProtocols _oldest = SslProtocols.Tls12;
    private SslProtocols _newest = SslProtocols.Tls13;

    /// <summary>Reads a key, if it is one of these.</summary>
    public bool TryRead(string file, HclItem item)
    {
        var before = notes.Problems.Count;
        var isOurs = TryTake(file, item);
        _isUnread |= notes.Problems.Count > before;
        return isOurs;
    }

    /// <summary>Null for plain HTTP, or when something is wrong, which is noted.</summary>
    public ListenerTlsOptions? Result(string file, HclKey type)
    {
        // What a key that cannot be read would have said is not missed on top of that.
        if (_plain || _isUnread)
        {
            return null;
        }

        if (_certificate.Length == 0 || _key.Length == 0)
        {
            notes.Problem(file, type.Position,
                "this listener needs tls_cert_file and tls_key_file (PEM); for plain HTTP, as behind a proxy on the same host, set tls_disable = true");
            return null;
        }

        if (_clientRequired && _clientCa.Length == 0)
        {
            notes.Problem(file, type.Position, "tls_require_and_verify_client_cert needs tls_client_ca_file, the authorities that may vouch for clients");
            return null;
        }

        if (_clientsIgnored && _clientCa.Length > 0)
        {
            notes.Problem(file, type.Position, "tls_disable_client_certs and tls_client_ca_file contradict each other: leave one out");
            return null;
        }

        if (_oldest > _newest)
        {
            notes.Problem(file, type.Position, "tls_min_version must not be newer than tls_max_version");
            return null;
        }

        var options = new ListenerTlsOptions
        {
            CertificateFile = _certificate,
            KeyFile = _key,
            ClientCaFile = _clientCa,
            ClientCertificateRequired = _clientRequired,
            IgnoresClientCertificates = _clientsIgnored,
            Versions = _oldest | _newest,
            Http2 = !_http1Only,
        };
        if (ListenerCertificate.ProblemOf(options) is { } problem)
        {
            notes.Problem(file, type.Position, problem);
            return null;
        }

        return options;
    }

    private bool TryTake(string file, HclItem item)
    {
        switch (item.Key.Text)
        {
            case "tls_disable":
                _plain = notes.Truth(file, item) ?? _plain;
                return true;
            case "tls_cert_file":
                _certificate = notes.Text(file, item) ?? "";
                return true;
            case "tls_key_file":
                _key = notes.Text(file, item) ?? "";
                return true;
            case "tls_client_ca_file":
                _clientCa = notes.Text(file, item) ?? "";
                return true;
            case "tls_require_and_verify_client_cert":
                _clientRequired = notes.Truth(file, item) ?? false;
                return true;
            case "tls_disable_client_certs":
                _clientsIgnored = notes.Truth(file, item) ?? false;
                return true;
            case "http2_disable":
                _http1Only = notes.Truth(file, item) ?? false;
                return true;
            case "tls_min_version":
                _oldest = Version(file, item) ?? _oldest;
                return true;
            case "tls_max_version":
                _newest = Version(file, item) ?? _newest;
                return true;
            default:
                return false;
        }
    }

    private SslProtocols? Version(string file, HclItem item)
    {
        switch (notes.Text(file, item))
        {
            case "tls12":
                return SslProtocols.Tls12;
            case "tls13":
                return SslProtocols.Tls13;
            default:
                notes.Problem(file, item.Position, $"{item.Key.Text} must be \"tls12\" or \"tls13\"; what is older is not safe to offer");
                return null;
        }
    }
}
