import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The environment: names to texts. */
export type Env = Readonly<Record<string, string | undefined>>

/** What stands under a name: its text, nothing, or a file that was named and cannot be read. */
export type Variable = { readonly text: string } | { readonly missing: string } | { readonly fault: string }

/** Look up environment variables, each also by the file that `<NAME>_FILE` names, as secrets are mounted. */
export function variables(env: Env, cwd: string): (name: string) => Variable {
  return (name) => {
    const text = env[name]
    if (text !== undefined) return text === '' ? { missing: `${name} is empty` } : { text }
    const path = env[`${name}_FILE`]
    if (!path) return { missing: `${name} is not set` }
    try {
      const content = readFileSync(resolve(cwd, path), 'utf8').replace(/\r?\n$/, '')
      return content === '' ? { missing: `the file that ${name}_FILE names is empty` } : { text: content }
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException
      return { fault: `the file that ${name}_FILE names cannot be read (${code})` }
    }
  }
}
