import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A command as Redis gets it: what it includes, each function once and before its users, then its body. */
export interface LuaText {
  readonly shebang: string
  /** Name → text, in the order in which they come. */
  readonly includes: ReadonlyMap<string, string>
  readonly body: string
  readonly whole: string
}

export function resolve(folder: string, name: string, source: string): LuaText {
  const includes = new Map<string, string>()

  function add(include: string, trail: readonly string[]): void {
    if (trail.includes(include)) throw new Error(`${[...trail, include].join(' → ')} is a circle`)
    if (includes.has(include)) return
    const path = join(folder, 'includes', `${include}.lua`)
    if (!existsSync(path)) throw new Error(`${trail.at(-1)}: there is no includes/${include}.lua`)
    const text = readFileSync(path, 'utf8')
    for (const needed of includesOf(text)) add(needed, [...trail, include])
    includes.set(include, withoutComments(text))
  }

  for (const include of includesOf(source)) add(include, [name])
  const [shebang = '', ...rest] = source.split('\n')
  const body = withoutComments(rest.join('\n'))
  return { shebang, includes, body, whole: `${[shebang, ...includes.values(), body].join('\n')}\n` }
}

export function includesOf(source: string): string[] {
  return [...source.matchAll(/^-- @include (\w+)$/gm)].map(([, include]) => include!)
}

/** Comments are for readers of the repository; every gateway sends the rest over the network after a restart. */
export function withoutComments(source: string): string {
  return source
    .split('\n')
    .filter((line) => !/^\s*--/.test(line))
    .join('\n')
    .replace(/\n{2,}/g, '\n')
    .trim()
}
