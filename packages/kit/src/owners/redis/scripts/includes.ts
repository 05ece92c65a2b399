// Made from lua/commands, which include these, by scripts/build-lua.ts.

const INCLUDES = {
  whole: `local function whole(number)
  return string.format('%d', number)
end`,
} as const

/** A script as Redis gets it. */
export function luaText(shebang: string, includes: readonly (keyof typeof INCLUDES)[], body: string): string {
  return [shebang, ...includes.map((name) => INCLUDES[name]), body, ''].join('\n')
}
