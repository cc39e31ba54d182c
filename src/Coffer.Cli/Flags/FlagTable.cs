namespace Coffer.Cli.Flags;

/// <summary>The flags of a command, in groups, and Go's way of reading them from a command line.</summary>
internal sealed class FlagTable
{
    private readonly List<(string Title, List<Flag> Flags)> _groups = [];
    private readonly Dictionary<string, Flag> _byName = new(StringComparer.Ordinal);

    public IEnumerable<(string Title, IReadOnlyList<Flag> Flags)> Groups => _groups.Select(group => (group.Title, (IReadOnlyList<Flag>)group.Flags));

    /// <summary>All flags that help and completion show.</summary>
    public IEnumerable<Flag> Visible => _groups.SelectMany(group => group.Flags).Where(flag => !flag.Hidden);

    public T Add<T>(string group, T flag)
        where T : Flag
    {
        var index = _groups.FindIndex(known => known.Title == group);
        if (index < 0)
        {
            index = _groups.Count;
            _groups.Add((group, []));
        }

        _groups[index].Flags.Add(flag);
        _byName.Add(flag.Name, flag);
        foreach (var alias in flag.Aliases)
        {
            _byName.Add(alias, flag);
        }

        return flag;
    }

    public Flag? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// Reads flags up to the first argument that is none, or to <c>--</c>, which is dropped. What follows is returned as it is.
    /// A lone <c>-</c> is an argument.
    /// </summary>
    public IReadOnlyList<string> Parse(IReadOnlyList<string> arguments)
    {
        var index = 0;
        while (index < arguments.Count)
        {
            var argument = arguments[index];
            if (argument.Length < 2 || argument[0] != '-')
            {
                break;
            }

            index++;
            if (argument == "--")
            {
                break;
            }

            index += ParseOne(argument, index < arguments.Count ? arguments[index] : null);
        }

        return [.. arguments.Skip(index)];
    }

    /// <summary>Reads flags wherever they stand before a <c>--</c>; the arguments between them are returned.</summary>
    public IReadOnlyList<string> ParseAnywhere(IReadOnlyList<string> arguments)
    {
        var kept = new List<string>();
        IReadOnlyList<string> flagged = [.. arguments.TakeWhile(argument => argument != "--")];
        for (var rest = Parse(flagged); rest.Count > 0; rest = Parse([.. rest.Skip(1)]))
        {
            kept.Add(rest[0]);
        }

        return [.. kept, .. arguments.Skip(flagged.Count + 1)];
    }

    /// <summary>Takes defaults from the environment; <c>COFFER_NAME</c> goes before <c>VAULT_NAME</c>.</summary>
    public void ReadEnvironment(Func<string, string?> variable)
    {
        foreach (var flag in _groups.SelectMany(group => group.Flags).Where(flag => flag.Variable is not null))
        {
            var value = variable(flag.Variable!);
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }

            try
            {
                flag.SetDefault(value);
            }
            catch (FlagException error)
            {
                throw new FlagException($"{error.Message} (from the environment variable VAULT_{flag.Variable})");
            }
        }
    }

    // Returns how many of the following arguments were used: 0 or 1.
    private int ParseOne(string argument, string? next)
    {
        var text = argument[(argument[1] == '-' ? 2 : 1)..];
        if (text.Length == 0 || text[0] is '-' or '=')
        {
            throw new FlagException($"bad flag syntax: {argument}");
        }

        var split = text.IndexOf('=', StringComparison.Ordinal);
        var name = split < 0 ? text : text[..split];
        var flag = Find(name) ?? throw new FlagException($"flag provided but not defined: -{name}") { UnknownName = name };
        if (split >= 0)
        {
            flag.Set(text[(split + 1)..]);
            return 0;
        }

        if (flag.IsBoolean)
        {
            flag.Set("true");
            return 0;
        }

        flag.Set(next ?? throw new FlagException($"flag needs an argument: -{name}"));
        return 1;
    }
}
