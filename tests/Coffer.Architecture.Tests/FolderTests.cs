using System.Text.RegularExpressions;

namespace Coffer.Architecture.Tests;

/// <summary>
/// A folder of a project, with the folders in it, is a room. What a room uses is read from its using directives, of which the compiler allows no unused one, and from
/// names that begin with another room's.
/// </summary>
public sealed partial class FolderTests
{
    [Fact]
    public void No_rooms_of_a_project_use_each_other_in_a_circle()
    {
        var circles = Repository.Projects("src").Select(project => project[..project.LastIndexOf('/')])
            .SelectMany(folder => CirclesIn(RoomsOf(folder)).Select(circle => $"{folder}: {circle}"));

        Assert.Empty(circles);
    }

    [Fact]
    public void Each_file_declares_the_namespace_of_its_folder()
    {
        var strays = SourceFiles("src/").Where(file => NamespaceOf(Repository.Read(file)) is { Length: > 0 } declared && declared != FolderNamespace(file));

        Assert.Empty(strays);
    }

    [Fact]
    public void A_circle_is_found_over_several_rooms()
    {
        Dictionary<string, HashSet<string>> rooms = new() { ["A"] = ["B"], ["B"] = ["C"], ["C"] = ["B", "D"], ["D"] = [] };

        Assert.Equal(["B, C"], CirclesIn(rooms));
    }

    /// <summary>The rooms of a project, each with those that it uses. Types in the project's own folder are a room without a name, which all may see.</summary>
    private static Dictionary<string, HashSet<string>> RoomsOf(string folder)
    {
        var project = folder[(folder.LastIndexOf('/') + 1)..];
        var files = SourceFiles(folder + "/").Select(file => (Room: RoomOf(file, folder), Text: Repository.Read(file))).ToArray();
        var rooms = files.Select(file => file.Room).ToHashSet(StringComparer.Ordinal);
        var types = files.SelectMany(file => Declarations().Matches(file.Text).Select(match => (file.Room, Type: match.Groups[1].Value)))
            .ToLookup(type => type.Room, type => type.Type, StringComparer.Ordinal);
        var uses = rooms.ToDictionary(room => room, _ => new HashSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (room, text) in files)
        {
            var code = Comments().Replace(text, "");
            foreach (Match match in Usings().Matches(code))
            {
                if (match.Groups[1].Value == project || match.Groups[1].Value.StartsWith(project + ".", StringComparison.Ordinal))
                {
                    uses[room].Add(match.Groups[1].Value == project ? "" : match.Groups[1].Value[(project.Length + 1)..].Split('.')[0]);
                }
            }

            // The project's own folder is seen without a using directive.
            foreach (Match match in Words().Matches(code))
            {
                var parts = match.Value.Split('.');
                if (parts.Length == 1 && types[""].Contains(parts[0]))
                {
                    uses[room].Add("");
                }
                else if (parts.Length > 1 && rooms.Contains(parts[0]) && parts[1..].Any(types[parts[0]].Contains))
                {
                    uses[room].Add(parts[0]);
                }
            }

            uses[room].Remove(room);
        }

        return uses;
    }

    private static IEnumerable<string> CirclesIn(Dictionary<string, HashSet<string>> rooms)
    {
        var reached = rooms.Keys.ToDictionary(room => room, room => ReachedFrom(room, rooms), StringComparer.Ordinal);
        return rooms.Keys
            .Where(room => reached[room].Contains(room))
            .Select(room => string.Join(", ", reached[room].Where(other => reached[other].Contains(room)).Order(StringComparer.Ordinal)))
            .Distinct(StringComparer.Ordinal);
    }

    private static HashSet<string> ReachedFrom(string start, Dictionary<string, HashSet<string>> rooms)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(rooms[start]);
        while (next.TryPop(out var room))
        {
            if (reached.Add(room))
            {
                foreach (var other in rooms.GetValueOrDefault(room, []))
                {
                    next.Push(other);
                }
            }
        }

        return reached;
    }

    private static IEnumerable<string> SourceFiles(string folder) =>
        Repository.Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    private static string RoomOf(string file, string folder) => file[(folder.Length + 1)..] is var below && below.Contains('/', StringComparison.Ordinal) ? below.Split('/')[0] : "";

    private static string FolderNamespace(string file) => file["src/".Length..file.LastIndexOf('/')].Replace('/', '.');

    private static string NamespaceOf(string text) => Namespaces().Match(text).Groups[1].Value;

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"^using (?:static |\w+ = )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"^\s*(?:public |internal |private |file |static |sealed |abstract |readonly |partial |ref |unsafe )*(?:class|record struct|record class|record|struct|interface|enum) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declarations();

    /// <summary>Names, with what they are qualified by: <c>Room.Type</c>.</summary>
    [GeneratedRegex(@"(?<![\w.""])[A-Z]\w*(?:\.[A-Z]\w*)*")]
    private static partial Regex Words();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();
}
