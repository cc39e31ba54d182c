using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Coffer.Hcl;
using Coffer.Sdk.Primitives;

namespace Coffer.Server.Configuration;

/// <summary>Reads one <c>listener "tcp"</c> or <c>listener "unix"</c> block.</summary>
internal sealed class ListenerReader(ConfigurationNotes notes)
{
    // The longest that every system takes, less the ending zero.
    private const int SocketPathBytesMax = 103;

    private readonly ListenerTlsReader _tls = new(notes);
    private string _address = "";
    private long _bytesMax = Kernel.Limits.RequestBytesMax;
    private long _connectionsMax = 4096;
    private ListenerTimes _times = new() { Request = TimeSpan.Zero };
    private JsonBounds _json = new();
    private ForwardedForOptions _forwarded = new([]);
    private UnixSocketOptions _socket = new();
    private ResponseHeaderTable _headers = ResponseHeaderTable.Standard;
    private bool _openMetrics;

    /// <summary>The listener, its time for requests zero unless it has one of its own; null when something is wrong with it, which is noted.</summary>
    public ListenerOptions? Read(string file, HclKey type, HclObject body)
    {
        if (type.Text is not ("tcp" or "unix"))
        {
            notes.Problem(file, type.Position, $"listener \"{type.Text}\" is not available; there are tcp and unix");
            return null;
        }

        var before = notes.Problems.Count;
        foreach (var item in body.Items)
        {
            ReadItem(file, type.Text, item);
        }

        EndPoint? address = type.Text == "tcp" ? TcpAddress(file, type) : SocketAddress(file, type);
        var tls = type.Text == "tcp" ? _tls.Result(file, type) : null;
        return notes.Problems.Count > before || address is null ? null : new ListenerOptions
        {
            Address = address,
            RequestBytesMax = _bytesMax,
            ConnectionsMax = _connectionsMax,
            Times = _times,
            Json = _json,
            ForwardedFor = _forwarded.Authorized.IsEmpty ? null : _forwarded,
            Socket = _socket,
            ResponseHeaders = _headers,
            OpenMetrics = _openMetrics,
            Tls = tls,
        };
    }

    private void ReadItem(string file, string type, HclItem item)
    {
        if (ReadLimit(file, item) || (type == "tcp" ? _tls.TryRead(file, item) || ReadForwarded(file, item) : ReadSocket(file, item)))
        {
            return;
        }

        switch (item.Key.Text)
        {
            case "address":
                _address = notes.Text(file, item) ?? _address;
                break;
            case "custom_response_headers":
                _headers = ResponseHeadersReader.Read(notes, file, item);
                break;
            case "telemetry":
                ReadTelemetry(file, item);
                break;
            case var key when KnownKeys.RefusedOfListener.TryGetValue(key, out var remedy) && type == "tcp":
                notes.Problem(file, item.Position, $"{key} is not available, and would be taken for protection: {remedy}");
                break;
            case var key when KnownKeys.OfListener.TryGetValue(key, out var reason):
                notes.NotUsed(file, item, reason);
                break;
            default:
                notes.Problem(file, item.Position, $"unknown key {item.Key.Text} in listener \"{type}\"");
                break;
        }
    }

    private bool ReadLimit(string file, HclItem item)
    {
        int Number(int otherwise) => (int)Math.Min(notes.Count(file, item, "") ?? otherwise, int.MaxValue);
        switch (item.Key.Text)
        {
            case "max_request_size":
                _bytesMax = notes.Count(file, item, "bytes") ?? _bytesMax;
                return true;
            case "max_connections":
                _connectionsMax = notes.Count(file, item, "connections") ?? _connectionsMax;
                return true;
            case "max_request_duration":
                _times = _times with { Request = notes.Duration(file, item) ?? _times.Request };
                return true;
            case "http_read_timeout":
                _times = _times with { Read = notes.Duration(file, item) ?? _times.Read };
                return true;
            case "http_read_header_timeout":
                _times = _times with { ReadHeader = notes.Duration(file, item) ?? _times.ReadHeader };
                return true;
            case "http_write_timeout":
                _times = _times with { Write = notes.Text(file, item) is "0" or "0s" ? TimeSpan.Zero : notes.Duration(file, item) ?? _times.Write };
                return true;
            case "http_idle_timeout":
                _times = _times with { Idle = notes.Duration(file, item) ?? _times.Idle };
                return true;
            case "max_json_depth":
                _json = _json with { DepthMax = Math.Min(Number(_json.DepthMax), Kernel.Limits.JsonDepthMax) };
                return true;
            case "max_json_string_value_length":
                _json = _json with { StringBytesMax = Number(_json.StringBytesMax) };
                return true;
            case "max_json_object_entry_count":
                _json = _json with { MembersMax = Number(_json.MembersMax) };
                return true;
            case "max_json_array_element_count":
                _json = _json with { ElementsMax = Number(_json.ElementsMax) };
                return true;
            case "max_request_json_strings":
                _json = _json with { StringsMax = Number(_json.StringsMax) };
                return true;
            default:
                return false;
        }
    }

    private bool ReadForwarded(string file, HclItem item)
    {
        switch (item.Key.Text)
        {
            case "x_forwarded_for_authorized_addrs":
                _forwarded = _forwarded with { Authorized = Networks(file, item) };
                return true;
            case "x_forwarded_for_hop_skips":
                _forwarded = _forwarded with { HopSkips = notes.Text(file, item) is "0" ? 0 : (int)Math.Min(notes.Count(file, item, "hops") ?? 0, 1000) };
                return true;
            case "x_forwarded_for_reject_not_authorized":
                _forwarded = _forwarded with { RejectNotAuthorized = notes.Truth(file, item) ?? true };
                return true;
            case "x_forwarded_for_reject_not_present":
                _forwarded = _forwarded with { RejectNotPresent = notes.Truth(file, item) ?? true };
                return true;
            default:
                return false;
        }
    }

    private void ReadTelemetry(string file, HclItem item)
    {
        foreach (var setting in (item.Value as HclObject)?.Items ?? [])
        {
            if (setting.Key.Text == "unauthenticated_metrics_access")
            {
                _openMetrics = notes.Truth(file, setting) ?? false;
            }
            else
            {
                notes.Problem(file, setting.Position, $"unknown key {setting.Key.Text} in telemetry of a listener");
            }
        }
    }

    private bool ReadSocket(string file, HclItem item)
    {
        switch (item.Key.Text)
        {
            case "socket_mode":
                _socket = _socket with { Mode = Mode(file, item) };
                return true;
            case "socket_user":
                _socket = _socket with { User = notes.Text(file, item) ?? "" };
                return true;
            case "socket_group":
                _socket = _socket with { Group = notes.Text(file, item) ?? "" };
                return true;
            default:
                return false;
        }
    }

    private UnixFileMode? Mode(string file, HclItem item)
    {
        var text = notes.Text(file, item) ?? "";
        if (text.Length is > 0 and <= 4 && text.All(digit => digit is >= '0' and <= '7') && Convert.ToInt32(text, 8) is var mode and <= 0x1FF)
        {
            return (UnixFileMode)mode;
        }

        notes.Problem(file, item.Position, "socket_mode must be octal, such as \"0660\"");
        return null;
    }

    private ImmutableArray<IPNetwork> Networks(string file, HclItem item)
    {
        var texts = item.Value is HclList list
            ? list.Items.Select(value => (value as HclString)?.Value ?? "")
            : (notes.Text(file, item) ?? "").Split(',', StringSplitOptions.TrimEntries);
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var text in texts)
        {
            if (Cidr.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                notes.Problem(file, item.Position, $"each of {item.Key.Text} must be an IP address or a network such as 10.0.0.0/8");
            }
        }

        return networks.ToImmutable();
    }

    private IPEndPoint? TcpAddress(string file, HclKey type)
    {
        if (ListenerAddress.Parse(_address.Length > 0 ? _address : "127.0.0.1:8200", Dns.GetHostAddresses, out var problem) is { } endpoint)
        {
            return endpoint;
        }

        notes.Problem(file, type.Position, problem);
        return null;
    }

    private UnixDomainSocketEndPoint? SocketAddress(string file, HclKey type)
    {
        if (Path.IsPathRooted(_address) && System.Text.Encoding.UTF8.GetByteCount(_address) <= SocketPathBytesMax)
        {
            return new UnixDomainSocketEndPoint(_address);
        }

        notes.Problem(file, type.Position, string.Create(CultureInfo.InvariantCulture, $"address must be the absolute path of a socket, such as /run/coffer.sock, of at most {SocketPathBytesMax} bytes"));
        return null;
    }
}
