import { readFileSync } from 'node:fs'
import { resolve as absolute } from 'node:path'
import { ConfigError } from './problem.ts'
import { parseYaml, type Tree } from './yaml.ts'

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8',
}

/** What a config file says. @throws ConfigError when it cannot be read, or its syntax is wrong. */
export function readTree(file: string, cwd: string): Tree {
  const parsed = parseYaml(readText(file, cwd))
  if ('problems' in parsed) throw new ConfigError(file, parsed.problems)
  return parsed.tree
}

function readText(file: string, cwd: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(absolute(cwd, file)))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw new ConfigError(file, [{ path: [], text: `cannot be read: ${UNREADABLE[code] ?? code}` }])
  }
}
