/**
 * The commands that an ACL user must be allowed for some scripts, which Redis asks of what a script calls as well, and for what
 * is sent besides them; in lower case, by name.
 */
export function commandsOf(
  scripts: readonly { readonly lua: string }[],
  sent: readonly string[],
): readonly string[] {
  const called = scripts.flatMap(({ lua }) =>
    [...lua.matchAll(/redis\.call\(\s*'(\w+)'/g)].map(([, command]) => command!.toLowerCase()),
  )
  return [...new Set([...sent, ...called])].toSorted()
}
