import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

export interface Import {
  readonly specifier: string
  /** Whether it is gone when types are: `import type`, or nothing but types in the braces. */
  readonly typeOnly: boolean
  /** The file that a relative specifier names, from the repository's root. */
  readonly file?: string
}

/** A file of code, read as text. */
export interface Source {
  /** From the repository's root: `packages/kit/src/core/slot.ts`. */
  readonly path: string
  readonly text: string
  /** The text without its comments. */
  readonly code: string
  readonly imports: readonly Import[]
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** The files that match these patterns, from the repository's root. What is installed or built is not among them. */
export function find(...patterns: readonly string[]): string[] {
  const exclude = ['**/node_modules/**', '**/dist/**']
  return globSync(patterns, { cwd: ROOT, exclude }).sort()
}

export function sources(...patterns: readonly string[]): Source[] {
  return find(...patterns).map((path) => {
    const text = read(path)
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
    return { path, text, code, imports: importsOf(path, code) }
  })
}

// Our formatter puts every static import at the beginning of a line, and every specifier in single quotes.
const STATIC = /^(?:import|export)( type)?\s+(?:([^'"`;=]*?)\s+from\s+)?'([^']+)'/gm
const DYNAMIC = /\b(typeof )?import\(\s*'([^']+)'\s*\)/g

function importsOf(path: string, code: string): Import[] {
  const found = [
    ...Array.from(code.matchAll(STATIC), ([, type, names = '', specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined || /^\{(?:\s*type [^,}]+,?)+\s*\}$/.test(names),
    })),
    ...Array.from(code.matchAll(DYNAMIC), ([, type, specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined,
    })),
  ]
  return found.map((one) =>
    one.specifier.startsWith('.') ? { ...one, file: join(dirname(path), one.specifier) } : one,
  )
}
