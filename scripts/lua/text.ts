import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The Lua text of a command as Redis gets it: the functions it includes, each once and before its users, then its body. */
export function resolve(folder: string, name: string, source: string): string {
  const done = new Set<string>()
  const functions: string[] = []

  function add(include: string, trail: readonly string[]): void {
    if (trail.includes(include)) throw new Error(`${[...trail, include].join(' → ')} is a circle`)
    if (done.has(include)) return
    const path = join(folder, 'includes', `${include}.lua`)
    if (!existsSync(path)) throw new Error(`${trail.at(-1)}: there is no includes/${include}.lua`)
    const text = readFileSync(path, 'utf8')
    for (const needed of includesOf(text)) add(needed, [...trail, include])
    done.add(include)
    functions.push(withoutComments(text))
  }

  for (const include of includesOf(source)) add(include, [name])
  const [shebang = '', ...rest] = source.split('\n')
  return `${[shebang, ...functions, withoutComments(rest.join('\n'))].join('\n')}\n`
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
