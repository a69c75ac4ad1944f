using System.CommandLine;

namespace Mle.Runner.Commands;

/// <summary>Prints a script that lets a shell complete mle's command lines; the words come from mle [suggest].</summary>
sealed class CompletionCommand : Verb
{
    static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _mle() {
                COMPREPLY=()
                local word
                while IFS= read -r word; do
                    COMPREPLY+=("$word")
                done < <(mle "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}")
            }
            complete -o default -F _mle mle
            """,
        ["zsh"] = """
            _mle() {
                local -a words_found
                words_found=("${(@f)$(mle "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
                compadd -- $words_found
                _files
            }
            compdef _mle mle
            """,
        ["fish"] = """
            complete -c mle -a '(mle "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName mle -ScriptBlock {
                param($word, $line, $position)
                mle "[suggest:$position]" "$line" | Where-Object { $_ -like "$word*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    readonly Argument<string> shell = new("SHELL") { Description = string.Join(", ", Scripts.Keys), HelpName = "SHELL" };

    public CompletionCommand(Terminal terminal) : base(
        "completion", "Print the script that makes a shell complete mle's commands and options.", "source <(mle completion bash)")
    {
        shell.CompletionSources.Add([.. Scripts.Keys]);
        Add(shell);
        SetAction(parsed =>
        {
            string name = parsed.GetValue(shell)!;
            terminal.Out.WriteLine(Scripts.GetValueOrDefault(name)
                ?? throw new BadInput($"There is no completion for '{name}'; there is one for {string.Join(", ", Scripts.Keys)}."));
            return Program.Done;
        });
    }
}
