using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Coffer.Server.Configuration;

namespace Coffer.Server.Http;

/// <summary>The file of a socket that is listened on: cleared away when a dead server left it, given to whom it is for.</summary>
internal static partial class UnixSocketFile
{
    // Of struct passwd and struct group, on 64-bit Linux.
    private const int IdOffset = 16;
    private const int Unchanged = -1;

    /// <summary>Removes a socket that nobody listens on any more.</summary>
    /// <exception cref="IOException">Somebody does, or it is no socket.</exception>
    public static void Clear(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && new FileInfo(path).Length == 0)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException error)
        {
            throw new IOException($"{path} is there and cannot be listened on: {error.Message}", error);
        }

        throw new IOException($"{path} is in use: another server listens there");
    }

    /// <summary>Sets mode and owner.</summary>
    /// <exception cref="IOException">It cannot be done, or a name is not known.</exception>
    public static void Give(string path, UnixSocketOptions options)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        if (options.User.Length > 0 || options.Group.Length > 0)
        {
            var user = IdOf("socket_user", options.User, FindUser);
            var group = IdOf("socket_group", options.Group, FindGroup);
            if (ChangeOwner(path, user, group) != 0)
            {
                throw new IOException($"{path} could not be given to {options.User}:{options.Group}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }

        if (options.Mode is { } mode)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static int IdOf(string key, string name, Func<string, nint> find)
    {
        if (name.Length == 0)
        {
            return Unchanged;
        }

        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new IOException($"{key} must be a number on this system");
        }

        var entry = find(name);
        return entry != 0 ? Marshal.ReadInt32(entry, IdOffset) : throw new IOException($"{key}: there is no {name} on this system");
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int user, int group);

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindUser(string name);

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint FindGroup(string name);
}
