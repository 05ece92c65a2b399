// Made from lua/commands, which include these, by scripts/build-lua.ts.

const INCLUDES = {
  revision_of: `local function revision_of(document)
  return document and string.match(document, '^%d+') or '0'
end`,
  whole: `local function whole(number)
  return string.format('%d', number)
end`,
} as const

/** A script as Redis gets it. */
export function luaText(shebang: string, includes: readonly (keyof typeof INCLUDES)[], body: string): string {
  return [shebang, ...includes.map((name) => INCLUDES[name]), body, ''].join('\n')
}
