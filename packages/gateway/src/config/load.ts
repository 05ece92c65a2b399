import { readFileSync } from 'node:fs'
import { resolve as absolute } from 'node:path'
import type { Config } from './config.ts'
import { crossCheck } from './cross-check.ts'
import { DEFAULT_TREE, withEnvironment } from './defaults.ts'
import { interpolate } from './interpolate.ts'
import { ConfigError, type Path, type Problem } from './problem.ts'
import { resolveConfig } from './resolve.ts'
import { select } from './select.ts'
import { readShape } from './shape/index.ts'
import { shownIn } from './shown.ts'
import { type Env, variables } from './variables.ts'
import { parseYaml, type Tree } from './yaml.ts'

export interface LoadConfigOptions {
  /** A YAML or JSON file; without one, the defaults and the environment. */
  readonly file?: string | undefined
  readonly env: Env
  /** What relative paths, in the file and of it, are relative to. */
  readonly cwd: string
}

/**
 * The config that the gateway runs from, resolved and frozen.
 *
 * @throws ConfigError with everything that is wrong, a line each: the file, the place in it, and the cure.
 */
export function loadConfig({ file, env, cwd }: LoadConfigOptions): Config {
  const variable = variables(env, cwd)
  const source = file ?? 'environment'
  const stated = withEnvironment(file === undefined ? DEFAULT_TREE : readTree(file, cwd), variable)
  const shown = shownIn(stated)
  const { tree, problems, keyless } = interpolate(stated, variable)
  const shape = readShape(tree, shown)
  const misshapen = 'problems' in shape ? shape.problems : []
  const others = [...misshapen, ...crossCheck(tree, shown), ...(file === undefined ? [] : providerless(tree))]
  // Where a variable is missing, the empty text in its place is no problem of its own.
  const found = [
    ...problems,
    ...others.filter(({ path }) => !problems.some((problem) => samePath(problem.path, path))),
  ]
  if ('problems' in shape || found.length > 0) throw new ConfigError(source, found)
  return deepFreeze(resolveConfig(shape.stated, { file, cwd, keyless, keyVariables: keyVariablesIn(stated) }))
}

/** Only a gateway without a file may run without a provider: the simulated one stands in. */
function providerless(tree: Tree): Problem[] {
  if (select(tree, 'providers.*').length > 0) return []
  return [{ path: ['providers'], text: 'is missing: declare one, or set OPENAI_API_KEY' }]
}

function samePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((step, i) => step === other[i])
}

function readTree(file: string, cwd: string): Tree {
  const parsed = parseYaml(readText(file, cwd))
  if ('problems' in parsed) throw new ConfigError(file, parsed.problems)
  return parsed.tree
}

function readText(file: string, cwd: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(absolute(cwd, file)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
          ? 'is not UTF-8'
          : code
    throw new ConfigError(file, [{ path: [], text: `cannot be read: ${why}` }])
  }
}

/** The variable that each provider's key is taken from, for people to read. */
function keyVariablesIn(stated: Tree): ReadonlyMap<string, string> {
  const names = select(stated, 'providers.*.apiKey').flatMap(({ path, value }) => {
    const name = /^\$\{(\w+)\}$/.exec(String(value))?.[1]
    return name ? [[String(path[1]), name] as const] : []
  })
  return new Map(names)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
