using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Coffer.Cli.Data;
using Coffer.Cli.Hooks;
using Coffer.Cli.Outcomes;
using Coffer.Cli.Output;
using Coffer.Cli.Settings;
using Coffer.Cli.Terminal;
using Coffer.Client;
using Coffer.Text;

namespace Coffer.Cli.Commands;

/// <summary>One run of a command: its arguments, the console, and on demand the client.</summary>
internal sealed class Invocation : IDisposable
{
    private readonly Command _command;
    private readonly ClientFlags? _flags;
    private IReadOnlyList<string> _filesByName = [];
    private ITokenHelper? _tokenHelper;
    private string? _token;
    private CofferClient? _client;

    public Invocation(ICliConsole console, CliHooks hooks, Command command, IReadOnlyList<string> arguments)
    {
        _command = command;
        Console = console;
        Hooks = hooks;
        Arguments = arguments;
        Environment = new EnvironmentSettings(console);
        TokenFile = new TokenFile(Environment);
        _flags = command.ClientFlags;
        var format = (_flags?.Format.Value ?? "table").ToLowerInvariant();
        var colours = Environment.Read("CLI_NO_COLOR") is null && string.IsNullOrEmpty(console.Variable("NO_COLOR"));
        Printer = new Printer(console, format, colours && format == "table");
        if (!Printer.IsFormat(format))
        {
            throw CliException.Local($"Invalid output format: {format}");
        }

        if (Printer.IsRaw && _flags?.Shows.HasFlag(Shows.Raw) != true)
        {
            throw CliException.Local("This command does not support the -format=raw option.");
        }
    }

    public ICliConsole Console { get; }

    public CliHooks Hooks { get; }

    /// <summary>What followed the flags.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public EnvironmentSettings Environment { get; }

    /// <summary>Where the token is kept, unless a program keeps it.</summary>
    public TokenFile TokenFile { get; }

    public Printer Printer { get; }

    /// <summary>The field asked for with <c>-field</c>; empty for none.</summary>
    public string Field => _flags?.Field?.Value ?? "";

    public bool Detailed => _flags?.Detailed?.Value ?? false;

    public bool NonInteractive => _flags?.NonInteractive.Value ?? false;

    /// <summary>What keeps the token between commands.</summary>
    public ITokenHelper TokenHelper => _tokenHelper ??= TokenHelpers.Find(Environment, ClientSettings.Address(Flags));

    /// <summary>The token of the environment or, without one, that which is kept; empty for none.</summary>
    public string Token => _token ??= (Environment.Read("TOKEN") ?? TokenHelper.Read()).Trim();

    /// <summary>The client, made when first asked for.</summary>
    public CofferClient Client => _client ??= Connect(Token);

    private ClientFlags Flags => _flags ?? throw new System.Diagnostics.UnreachableException("a command without client flags asked for the client");

    /// <summary>Continues with another token, or with none.</summary>
    public void UseToken(string token)
    {
        _client?.Dispose();
        _client = Connect(token);
    }

    /// <summary>The path in an argument: without slashes at its ends.</summary>
    public string Path(int index) => Paths.Sanitize(Arguments[index]);

    /// <summary>The <c>k=v</c> arguments from an index on.</summary>
    public JsonObject DataFrom(int index, string failure = "Failed to parse K=V data") => Data(Arguments.Skip(index), failure);

    /// <summary>Other <c>k=v</c> arguments.</summary>
    public JsonObject Data(IEnumerable<string> pairs, string failure)
    {
        var arguments = new KeyValueArguments(Console, !NonInteractive);
        try
        {
            var data = arguments.Parse(pairs);
            _filesByName = arguments.FilesByName;
            return data;
        }
        catch (FormatException error)
        {
            throw CliException.Local($"{failure}: {error.Message}");
        }
    }

    /// <summary>Sends a request; any failure ends the command with the given words in front.</summary>
    public async Task<ApiReply> SendAsync(ApiRequest request, string failure, CancellationToken cancellation)
    {
        try
        {
            return await TrySendAsync(request, cancellation);
        }
        catch (ApiException error)
        {
            throw Refusal(error, request, failure);
        }
        catch (TransportException error)
        {
            throw Unreachable(error, failure);
        }
    }

    /// <summary>
    /// Sends a request, or with <c>-output-curl-string</c> ends the command with its text. Refusals are not caught. Warnings in the answer are shown;
    /// an answer that came wrapped ends the command, unless it has a use for it.
    /// </summary>
    /// <param name="request">What to send; its path is cleaned first.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    /// <param name="preflight">Asked only in order to ask something else: never wrapped, and sent even where curl's text is asked for.</param>
    public async Task<ApiReply> TrySendAsync(ApiRequest request, CancellationToken cancellation, bool preflight = false)
    {
        request = request with { Path = Paths.Sanitize(request.Path), WrapTtl = preflight ? "" : request.WrapTtl };
        CheckPath(request);
        CheckField(request);
        try
        {
            if (Flags.OutputCurl.Value && !preflight)
            {
                throw new CurlRequested(CurlText.Of(Client, request, Console.ProgramName));
            }

            return Received(await Client.SendAsync(request, cancellation));
        }
        catch (Exception error) when (error is ArgumentException or IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw CliException.Remote($"failed to create client: {error.Message}");
        }
    }

    /// <summary>A failed connection as the end of the command.</summary>
    public CliException Unreachable(TransportException error, string failure)
    {
        var isDefault = !Flags.Address.IsSet && Environment.Read("ADDR") is null;
        return CliException.Remote(WithHint($"{failure}: {error.Message}", ErrorHints.For(error, Client.Options, isDefault, Console.ProgramName)));
    }

    /// <summary>A refusal as the end of the command; data that came with it is printed behind it.</summary>
    public CliException Refusal(ApiException error, ApiRequest request, string failure)
    {
        var hint = ErrorHints.For(error, request, request.Token ?? Client.Options.Token, Console.ProgramName);
        if (error.Status == 400 && _filesByName.Count > 0)
        {
            hint = ErrorHints.ForFileNames(_filesByName);
        }

        if (error.Reply.Json is null && Client.ProxyOf(request) is { } proxy)
        {
            hint = ErrorHints.ForProxy(proxy, error.Status);
        }

        return new CliException(WithHint($"{failure}: {error.Message}", hint), exitCode: 2)
        {
            Envelope = error.Status == 404 && (error.Reply.Data is { Count: > 0 } || error.Warnings.Count > 0) ? error.Reply.Json : null,
        };
    }

    public void Dispose() => _client?.Dispose();

    private ApiReply Received(ApiReply reply)
    {
        Printer.Take(reply.Json);
        return reply.Json is { } envelope && envelope["wrap_info"] is JsonObject && !_command.TakesWrapped && !Printer.IsRaw
            ? throw new WrappedAnswer(envelope)
            : reply;
    }

    // A field of the secret cannot be printed of an answer that is wrapped: asked for all the same, its wrapping token would be lost.
    private void CheckField(ApiRequest request)
    {
        var isWrapped = (request.WrapTtl ?? Client.Options.WrapTtl).Length > 0;
        if (isWrapped && Field.Length > 0 && !_command.TakesWrapped && !SecretTable.WrappingFields.Contains(Field))
        {
            throw CliException.Local(TextWrap.At($"Field {GoText.Quote(Field)} not present in secret: with -wrap-ttl the answer has only {string.Join(", ", SecretTable.WrappingFields)}. "
                + $"Take wrapping_token, and ask \"{Console.ProgramName} unwrap\" for the field."));
        }
    }

    private void CheckPath(ApiRequest request)
    {
        try
        {
            Client.AddressOf(request);
        }
        catch (ArgumentException error)
        {
            throw CliException.Local(error.Message.Split(" (Parameter")[0]);
        }
    }

    private static string WithHint(string text, string hint) => hint.Length == 0 ? text : $"{text}\n\n{TextWrap.At(hint)}";

    private CofferClient Connect(string token)
    {
        try
        {
            return new CofferClient(ClientSettings.From(Flags, Environment, Console, token), Console.Http);
        }
        catch (ArgumentException error)
        {
            throw CliException.Remote($"failed to create client: {error.Message.Split(" (Parameter")[0]}");
        }
    }
}
