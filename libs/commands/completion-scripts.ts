/**
 * What the shells source. Each script hands the line up to the cursor to `circusctl --complete` and
 * gets `<word>[<tab><explanation>]` lines back; what fits where is known in circusctl alone.
 */

// bash breaks words at `:` and `=` and expects only what follows the last one.
const bash = `_circusctl() {
  local line=\${COMP_LINE:0:COMP_POINT} current candidate word kept
  current=\${line##*[[:space:]]}
  kept=\${current%"\${COMP_WORDS[COMP_CWORD]:-}"}
  [[ \${COMP_WORDS[COMP_CWORD]:-} == [:=] ]] && kept=$current
  COMPREPLY=()
  while IFS=$'\\n' read -r candidate; do
    word=\${candidate%%$'\\t'*}
    [[ $current == [\\"\\']* ]] || printf -v word %q "$word"
    COMPREPLY+=("\${word#"$kept"}")
  done < <("\${COMP_WORDS[0]}" --complete "$line" 2>/dev/null)
}
complete -F _circusctl circusctl`;

const zsh = `_circusctl() {
  local -a words_found explained
  local candidate word
  while IFS= read -r candidate; do
    word=\${candidate%%$'\\t'*}
    words_found+=("$word")
    if [[ $candidate == *$'\\t'* ]]; then
      explained+=("\${(r:24:)word} \${candidate#*$'\\t'}")
    else
      explained+=("$word")
    fi
  done < <("\${words[1]}" --complete "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)
  (( $#words_found )) && compadd -l -d explained -a -- words_found
}
compdef _circusctl circusctl`;

const fish = `function __circusctl_complete
    set -l line (commandline -cp)
    circusctl --complete "$line" 2>/dev/null
end
complete -c circusctl -f -a '(__circusctl_complete)'`;

/** The script of each shell by its name. */
export const completionScripts: ReadonlyMap<string, string> = new Map([
  ['bash', bash],
  ['fish', fish],
  ['zsh', zsh],
]);
