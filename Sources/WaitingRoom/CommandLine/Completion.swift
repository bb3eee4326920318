/// Completion for shells, out of the table of commands.
enum Completion {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    static func script(_ shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    private static let commands = CommandTable.all.map(\.name).joined(separator: " ")
    private static let actions = CommandTable.actions.map(\.name).joined(separator: " ")
    private static let keys = ControlWish.keys.map { $0 + "=" }.joined(separator: " ")
    private static let shells = Shell.allCases.map(\.rawValue).joined(separator: " ")
    private static let files = Set(CommandTable.all.flatMap(\.flags).filter(\.isFile).map(\.name)).sorted()
    /// With the flags of single actions.
    private static func flags(_ entry: CommandTable.Entry) -> String {
        (entry.flags.map(\.name) + (entry.actions.isEmpty ? [] : ["--watch", "--dry-run", "--for"])).joined(separator: " ")
    }

    private static var bash: String {
        let cases = CommandTable.all.filter { !$0.flags.isEmpty }.map {
            "        \($0.name)) words=\"\(flags($0))\" ;;"
        }.joined(separator: "\n")
        return """
            # waitingroom completion bash > /etc/bash_completion.d/waitingroom
            _waitingroom() {
                local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=""
                case $before in \(files.joined(separator: "|"))) COMPREPLY=($(compgen -f -- "$current")); return ;; esac
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W "\(commands)" -- "$current")); return
                fi
                case ${COMP_WORDS[1]} in
            \(cases)
                    completion) words="\(shells)" ;;
                    help) words="\(commands)" ;;
                esac
                if [ "${COMP_WORDS[1]}" = room ] && [ "$COMP_CWORD" -eq 2 ]; then
                    words=$(waitingroom rooms 2>/dev/null | awk 'NR > 1 { print $1 }')
                elif [ "${COMP_WORDS[1]}" = room ] && [ "$COMP_CWORD" -eq 3 ]; then
                    words="\(actions)"
                elif [ "${COMP_WORDS[3]}" = set ]; then
                    words="$words \(keys)"; compopt -o nospace
                fi
                COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -F _waitingroom waitingroom

            """
    }

    private static var zsh: String {
        let names = CommandTable.all.map { "'\($0.name):\($0.summary)'" }.joined(separator: " ")
        let doings = CommandTable.actions.map { "'\($0.name):\(quoted($0.help))'" }.joined(separator: " ")
        let cases = CommandTable.all.filter { !$0.flags.isEmpty }.map {
            "        \($0.name)) compadd -- \(flags($0)) ;;"
        }.joined(separator: "\n")
        return """
            #compdef waitingroom
            # waitingroom completion zsh > "${fpath[1]}/_waitingroom"
            _waitingroom() {
                case $words[CURRENT-1] in \(files.joined(separator: "|"))) _files; return ;; esac
                if (( CURRENT == 2 )); then local -a all=(\(names)); _describe command all; return; fi
                if [[ $words[2] == room ]] && (( CURRENT == 3 )); then
                    compadd -- ${(f)"$(waitingroom rooms 2>/dev/null | awk 'NR > 1 { print $1 }')"}; return
                fi
                if [[ $words[2] == room ]] && (( CURRENT == 4 )); then local -a doings=(\(doings)); _describe action doings; return; fi
                [[ $words[4] == set ]] && compadd -S '' -- \(keys)
                case $words[2] in
            \(cases)
                    completion) compadd -- \(shells) ;;
                    help) compadd -- \(commands) ;;
                esac
            }
            _waitingroom "$@"

            """
    }

    private static var fish: String {
        var lines = [
            "# waitingroom completion fish > ~/.config/fish/completions/waitingroom.fish", "complete -c waitingroom -f",
        ]
        for entry in CommandTable.all {
            lines.append("complete -c waitingroom -n __fish_use_subcommand -a \(entry.name) -d '\(quoted(entry.summary))'")
            for flag in entry.flags {
                let value = flag.isFile ? " -r -F" : flag.value.isEmpty ? "" : " -x"
                lines.append(
                    "complete -c waitingroom -n '__fish_seen_subcommand_from \(entry.name)' -l \(flag.name.dropFirst(2))\(value) "
                        + "-d '\(quoted(flag.help))'")
            }
        }
        for action in CommandTable.actions {
            lines.append(
                "complete -c waitingroom -n '__fish_seen_subcommand_from room' -a \(action.name) -d '\(quoted(action.help))'"
            )
        }
        lines.append("complete -c waitingroom -n '__fish_seen_subcommand_from completion' -a '\(shells)'")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Inside single quotes, of zsh's descriptions too.
    private static func quoted(_ text: String) -> String {
        text.replacing("'", with: "").replacing(":", with: " ")
    }
}
