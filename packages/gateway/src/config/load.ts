import type { Config } from './config.ts'
import { crossCheck } from './cross-check.ts'
import { DEFAULT_TREE, withEnvironment } from './defaults.ts'
import { interpolate } from './interpolate.ts'
import { ConfigError, type Problem } from './problem.ts'
import { readTree } from './read-tree.ts'
import { resolveConfig } from './resolve.ts'
import { select } from './select.ts'
import { readShape } from './shape/index.ts'
import { shownIn } from './shown.ts'
import { type Env, variables } from './variables.ts'
import type { Tree } from './yaml.ts'

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
  const found = onePerPlace([
    ...problems,
    ...('problems' in shape ? shape.problems : []),
    ...crossCheck(tree, shown),
    ...(file === undefined ? [] : providerless(tree)),
  ])
  if ('problems' in shape || found.length > 0) throw new ConfigError(source, found)
  return deepFreeze(resolveConfig(shape.stated, { file, cwd, keyless, keyVariables: keyVariablesIn(stated) }))
}

/** Only a gateway without a file may run without a provider: the simulated one stands in. */
function providerless(tree: Tree): Problem[] {
  if (select(tree, 'providers.*').length > 0) return []
  return [{ path: ['providers'], text: 'is missing: declare one, or set OPENAI_API_KEY' }]
}

/** The first problem of each place: a missing variable, say, and not the empty text that it leaves behind. */
function onePerPlace(problems: readonly Problem[]): Problem[] {
  const places = new Map<string, Problem>()
  for (const problem of problems) {
    const place = JSON.stringify(problem.path)
    if (!places.has(place)) places.set(place, problem)
  }
  return [...places.values()]
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
