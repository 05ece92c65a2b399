import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface KeptSecret {
  readonly text: string
  /** Whether it was made just now. */
  readonly made: boolean
}

const ANYONE_ELSE = 0o007

/**
 * A secret that lives in a file of its own: read when the file is there, otherwise made, once, for its owner only. Two
 * processes that start together keep the same one, and none ever reads half of it.
 *
 * @throws Error when the file cannot be read or written, is empty, or is open to every user of the machine.
 */
export function keptSecret(path: string, make: () => string): KeptSecret {
  return readSecret(path) ?? makeSecret(path, make())
}

function readSecret(path: string): KeptSecret | undefined {
  try {
    const mode = statSync(path).mode & 0o777
    if (mode & ANYONE_ELSE) {
      throw new Error(
        `${path} is open to every user of this machine (mode ${mode.toString(8)}): chmod 600 it`,
      )
    }
    const text = readFileSync(path, 'utf8').trim()
    if (text === '') throw new Error(`${path} is empty: restore it, or remove it to have a new one made`)
    return { text, made: false }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function makeSecret(path: string, text: string): KeptSecret {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    // Unlike a rename, a link never replaces what another process has put there in the meantime.
    linkSync(draft, path)
    return { text, made: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readSecret(path)!
    throw error
  } finally {
    rmSync(draft)
  }
}
