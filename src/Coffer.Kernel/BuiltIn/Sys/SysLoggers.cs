using System.Collections.Immutable;
using Coffer.Kernel.Logging;
using Coffer.Kernel.Pipeline;
using Coffer.Sdk.Engines;
using Coffer.Sdk.Fields;
using Coffer.Sdk.Replies;
using Microsoft.Extensions.Logging;

namespace Coffer.Kernel.BuiltIn.Sys;

/// <summary><c>sys/loggers</c>: which lines this server writes to its log, until it is started again. Nothing of it is stored.</summary>
internal sealed class SysLoggers(LogLevels levels)
{
    private static readonly Field<string> Level = Field.Text("level", "trace, debug, info, warn, error or off.");

    public ImmutableArray<EnginePath> Paths =>
    [
        new("loggers", "Shows and sets the level of every logger; a delete brings the configured one back.")
        {
            Fields = [Level],
            Sudo = true,
            Read = (request, _) => ValueTask.FromResult(Show(LogNames.All)),
            Write = (request, _) => ValueTask.FromResult(Write(KernelRequest.Of(request), levels.SetAll)),
            Delete = (request, _) => ValueTask.FromResult(Change(() => levels.SetAll(null))),
        },
        new("loggers/{name:any}", "Shows and sets the level of one logger; a delete brings the configured one back.")
        {
            Fields = [Level],
            Sudo = true,
            Read = (request, _) => ValueTask.FromResult(OfOne(request, name => Show([name]))),
            Write = (request, _) => ValueTask.FromResult(OfOne(request, name => Write(KernelRequest.Of(request), level => levels.Set(name, level)))),
            Delete = (request, _) => ValueTask.FromResult(OfOne(request, name => Change(() => levels.Set(name, null)))),
        },
    ];

    private static Reply OfOne(EngineRequest request, Func<string, Reply> answer) =>
        request.Param("name") is var name && LogNames.All.Contains(name) ? answer(name) : Reply.Invalid($"logger not found: there are {string.Join(", ", LogNames.All)}");

    private Reply Show(ImmutableArray<string> loggers) => Reply.With(json =>
    {
        foreach (var logger in loggers)
        {
            json.WriteString(logger, LogLevels.NameOf(levels.Of(logger)));
        }
    });

    private static Reply Write(KernelRequest request, Action<LogLevel?> set)
    {
        if (!request.Fields.Has(Level))
        {
            return Reply.Invalid("level is required");
        }

        var text = request.Get(Level);
        return text.Length == 0 ? Reply.Invalid("level is empty")
            : LogLevels.TryParse(text, out var level) ? Change(() => set(level))
            : Reply.Invalid($"invalid level provided: there are {LogLevels.Known}");
    }

    private static Reply Change(Action change) => Reply.Done.Then(change);
}
